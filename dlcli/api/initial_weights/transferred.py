"""Transfer learning: the weights of a trained model, copied into the layers of another one.

The resolved config has the absolute path of the source, so that the training can be repeated. Neither a resumed run
nor a trained model needs the source, since their weights are in their own checkpoints.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dlcli.api.initial_weights.weight_source import WeightSource
from dlcli.assembly import Experiment, InitialWeights, WeightOrigin, locate_errors
from dlcli.core import under
from dlcli.nn import (
    Graph,
    LayerRoles,
    Naming,
    WeightMatch,
    check_all_used,
    check_complete,
    check_finite,
    check_ignored,
    load,
    match,
)
from dlcli.spec import Spec, TransferSection
from dlcli.training import CheckpointStore


class TransferredWeights(InitialWeights):
    """Base class of the weights of a trained model; what differs between the sources is in the subclasses.

    Args:
        options: Options of the transfer.
    """

    def __init__(self, options: TransferSection) -> None:
        self.options = options

    @functools.cached_property
    def source(self) -> WeightSource:
        """The weights, which are read when they are first needed: a resumed run may do without them."""
        return self.read_source()

    def read_source(self) -> WeightSource:
        """Read the weights.

        Raises:
            ConfigError: The source does not exist, has no weights, or has another format.
            DataError: The file is damaged.
        """
        raise NotImplementedError

    @property
    def naming(self) -> Naming | None:
        """Naming and layout of the arrays; None to detect them."""
        raise NotImplementedError

    def optional_modules(self) -> Iterable[str]:
        """Return the modules of the source that the model may lack: the replaced head and auxiliary heads."""
        raise NotImplementedError

    def remarks(self, experiment: Experiment) -> Iterable[str]:  # noqa: ARG002
        """Return a remark for each way in which the weights are used differently from how they were trained."""
        return ()

    def complete_spec(self, spec: Spec) -> Spec:
        options = self.options.model_copy(update={"source": str(self.source.path)})
        return spec.model_copy(update={"model": replace(spec.model, transfer=options)})

    def initialize(self, experiment: Experiment) -> WeightOrigin:
        """Copy the weights of the source into the model."""
        model, source = experiment.model, self.source
        roles = self._roles(model)
        with under("model"):
            check_ignored(self.options.ignore, source.state, source.name)
            matching = match(model, source.state, roles.new, self.naming)
            check_complete(model, matching, source.state, source.name)
            check_all_used(matching, {*self.options.ignore, *self.optional_modules()}, source.name)
        check_finite(model, matching, str(source.path))
        load(model, matching)
        return WeightOrigin(
            lines=tuple(_lines(source, matching, roles)),
            record=_record(source, matching, roles),
            warnings=tuple(self.remarks(experiment)),
        )

    def assign_roles(self, experiment: Experiment) -> tuple[str, ...]:
        with locate_errors(experiment.spec):
            roles = self._roles(experiment.model)
        roles.apply(experiment.model, learning_rate_scale=self.options.learning_rate_scale)
        return roles.frozen

    def restart(self, experiment: Experiment, recorded: Mapping[str, Any] | None) -> None:
        """Copy the weights of the source again.

        Raises:
            ConfigError: The source no longer exists.
            DataError: The source has changed.
        """
        with locate_errors(experiment.spec):
            self.source.check_unchanged((recorded or {}).get("sha256"))
            self.initialize(experiment)

    def restore(self, experiment: Experiment, checkpoints: CheckpointStore) -> None:
        """Load a checkpoint: its frozen layers, the same in all checkpoints, are needed for the features."""
        intact = next((name for name in reversed(checkpoints.names()) if checkpoints.is_intact(name)), None)
        if intact is not None:  # otherwise the trainer raises
            experiment.model.load_state_dict(checkpoints.load_weights(intact))

    def _roles(self, model: Graph) -> LayerRoles:
        with under("model"):
            return LayerRoles.of(
                model,
                replace_head=self.options.replace_head,
                train=self.options.train,
                reinitialize=self.options.reinitialize,
            )


def _lines(source: WeightSource, matching: WeightMatch, roles: LayerRoles) -> Iterator[str]:
    """Yield the lines for `train.log`."""
    names = {"dlcli": "the names of dlcli", "torch": "the names and layouts of PyTorch"}[matching.naming]
    count = len(roles.tuned) + len(roles.frozen)
    arrays = f"{len(matching.weights)} arrays of {count} layers"
    yield f"loaded {arrays} from {source.name}, matched by {names}"
    for title, layers in (
        ("trained from scratch", roles.new),
        ("fine-tuned", roles.tuned),
        ("frozen", roles.frozen),
        ("unused arrays of the source", matching.unused),
    ):
        if layers:
            yield f"{title}: {', '.join(layers)}"


def _record(source: WeightSource, matching: WeightMatch, roles: LayerRoles) -> dict[str, Any]:
    """Return the entry of `run.json`."""
    return {
        "from": str(source.path),
        "sha256": source.sha256,
        "naming": matching.naming,
        "new": list(roles.new),
        "trained": list(roles.tuned),
        "frozen": list(roles.frozen),
        "unused": list(matching.unused),
    }
