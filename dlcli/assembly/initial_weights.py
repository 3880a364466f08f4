"""Initial weights of a model, as the steps of an experiment that depend on where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlcli.data import Data, Preprocessor
from dlcli.spec import Spec
from dlcli.training import CheckpointStore

if TYPE_CHECKING:
    from dlcli.assembly.experiment import Experiment


@dataclass(frozen=True)
class WeightOrigin:
    """Description of the initial weights of a model.

    Args:
        lines: Lines for `train.log`.
        record: Entry `initial_weights` of `run.json`; None if the weights come from no other model.
        warnings: Warnings about weights that are used differently from how they were trained.
    """

    lines: tuple[str, ...] = ()
    record: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()


class InitialWeights:
    """Base class of the initial weights, whose methods do nothing by default.

    A training calls the methods in the order `complete_spec`, `adapt_spec`, `initialize`, `assign_roles`; a resumed
    training calls `restore` or `restart`, then `assign_roles`.
    """

    @property
    def preprocessor(self) -> Preprocessor | None:
        """Preprocessing that the weights were trained with; None if it is unknown."""
        return None

    def complete_spec(self, spec: Spec) -> Spec:
        """Fill in the options that the config omits and the source of the weights determines.

        Args:
            spec: Config of the experiment, before its data is read.
        """
        return spec

    def adapt_spec(self, spec: Spec, data: Data) -> Spec:  # noqa: ARG002
        """Check that the data suits the weights, and adapt the model of the source to it.

        Args:
            spec: Completed config.
            data: Data of the experiment.
        """
        return spec

    def initialize(self, experiment: Experiment) -> WeightOrigin:  # noqa: ARG002
        """Initialize the model of an experiment, and describe where its weights come from.

        Args:
            experiment: Experiment whose model has random weights.
        """
        return WeightOrigin()

    def assign_roles(self, experiment: Experiment) -> tuple[str, ...]:  # noqa: ARG002
        """Freeze layers and scale learning rates as the config says.

        Args:
            experiment: Experiment whose model has its weights.

        Returns:
            Names of the frozen layers.
        """
        return ()

    def restart(self, experiment: Experiment, recorded: Mapping[str, Any] | None) -> None:  # noqa: ARG002
        """Initialize the model of a run that resumes without a checkpoint.

        Args:
            experiment: Experiment of the run.
            recorded: Entry `initial_weights` of the run's record.
        """
        self.initialize(experiment)

    def restore(self, experiment: Experiment, checkpoints: CheckpointStore) -> None:
        """Restore the weights that a run needs before the trainer loads its checkpoint.

        Args:
            experiment: Experiment of the run.
            checkpoints: Checkpoints of the run, at least one.
        """


class FromScratch(InitialWeights):
    """Random weights, which a model has as soon as it is built."""
