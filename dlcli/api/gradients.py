"""Gradient checks of a configured model, or of every registered function and layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.api.training import start
from dlcli.assembly import TRAINER_ARGUMENTS, locate_errors
from dlcli.autograd import TOLERANCE, ParameterCheck, check_function
from dlcli.core import ConfigError, registry, rng, under
from dlcli.nn import Graph, check_layer, check_model
from dlcli.spec import Overrides, load_spec
from dlcli.training import batch_loss, batch_order

#: Number of examples in the batch on which a configured model is checked.
BATCH_SIZE = 8
#: Models with more elements than this are checked on a sample of each parameter by default.
MOST_ELEMENTS = 10_000
SAMPLED_PER_PARAMETER = 100
#: If the sample would take more operations than this (some minutes), parameters are checked along a direction.
MOST_OPERATIONS = 1e12


@dataclass(frozen=True)
class GradientReport:
    """The outcome of a gradient check.

    Args:
        checks: Result for each parameter or input that was checked.
        tolerance: Relative error below which a check passes.
        along_directions: Whether the derivatives are along a random direction instead of by elements.
    """

    checks: Sequence[ParameterCheck]
    tolerance: float = TOLERANCE
    along_directions: bool = False

    @property
    def ok(self) -> bool:
        return all(check.passed(self.tolerance) for check in self.checks)

    @property
    def checked(self) -> int:
        """Number of elements, or of directions, that were compared."""
        return sum(check.checked for check in self.checks)

    @property
    def worst(self) -> ParameterCheck:
        """The check with the largest relative error."""
        return max(self.checks, key=lambda check: check.relative_error)


def check_gradients(
    config: str | Path,
    *,
    overrides: Overrides = (),
    max_per_parameter: int | None = None,
    along_directions: bool | None = None,
    runs_dir: str | Path = "runs",
) -> GradientReport:
    """Check every parameter of a configured model on a batch of its training set, in float64.

    Dropout masks stay fixed, and batch norm is in training mode.

    Args:
        config: YAML file.
        overrides: Overrides of the config.
        max_per_parameter: Number of randomly drawn elements to check in each parameter; None for all elements of a
            model with up to 10,000, else 100 per parameter.
        along_directions: Whether to check each parameter along one random direction instead of by elements; None
            for True if checking the elements would take minutes and `max_per_parameter` is None.
        runs_dir: Folder in which the run is looked up whose weights the model starts from.

    Raises:
        ConfigError: The config is invalid, its model has no parameters, or the batch size does not fit the model.
        DataError: The data is missing or does not match the config.
    """
    experiment, _ = start(load_spec(config, overrides), runs_dir=Path(runs_dir), dtype=np.float64)
    model, generator = experiment.model, rng.generator(experiment.spec.seed, "gradcheck")
    parameters = model.parameters()
    if not parameters:
        raise ConfigError(
            "the model has no parameters to check",
            code="not_applicable",
            file=str(config),
            key="model",
        )
    sampled = max_per_parameter
    if sampled is None and sum(parameter.size for parameter in parameters.values()) > MOST_ELEMENTS:
        sampled = SAMPLED_PER_PARAMETER
    if along_directions is None:
        along_directions = max_per_parameter is None and _operations(model, sampled) > MOST_OPERATIONS
    train = experiment.data.splits["train"]
    if experiment.spec.model.transfer is None:  # a transfer may freeze the layers that limit the batches
        with locate_errors(experiment.spec), under("training", TRAINER_ARGUMENTS):
            batch_order(train, experiment.spec.training, experiment.spec.seed, model=model)
    batch = train.gather(generator.permutation(len(train))[:BATCH_SIZE])
    checks = check_model(
        model,
        lambda outputs: batch_loss(experiment.task, outputs, batch),
        batch.inputs,
        batch.lengths,
        max_per_parameter=sampled,
        along_directions=along_directions,
        generator=generator,
    )
    return GradientReport(checks, along_directions=along_directions)


def _operations(model: Graph, max_per_parameter: int | None) -> float:
    """Estimate the operations of a check by elements: two forward passes of the batch for each element."""
    sizes = (parameter.size for parameter in model.parameters().values() if parameter.trainable)
    elements = sum(size if max_per_parameter is None else min(size, max_per_parameter) for size in sizes)
    return 2.0 * elements * BATCH_SIZE * sum(row.flops for row in model.summary())


def check_all_gradients() -> GradientReport:
    """Check every registered function and layer on the samples that it declares."""
    checks = [check for name in registry.names("function") for check in check_function(name)]
    checks += [check for name in registry.names("layer") for check in check_layer(name)]
    return GradientReport(checks)
