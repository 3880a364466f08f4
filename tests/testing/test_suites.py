"""The contracts find what is wrong with a component, and nothing wrong with one that keeps to them."""

from __future__ import annotations

import doctest
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

import dlcli.components  # noqa: F401  # fills the registry, before any test replaces it
from dlcli import losses, metrics, ops, optim, search, tasks, testing
from dlcli.autograd import Context, Function, Sample, Tensor
from dlcli.core import ConfigError, Direction, registry
from dlcli.data import DataPaths, Observed, RawData
from dlcli.nn import Activation, padding_mask
from dlcli.nn.layers.over_time import OverTime


@pytest.fixture(autouse=True)
def _restored_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    monkeypatch.setattr(registry, "_components", {kind: dict(it) for kind, it in registry._components.items()})


def failures(kind: str, component: Any) -> set[str]:
    """The names of the contracts that a component breaks."""
    registry.register(kind, "subject")(component)
    broken = set()
    for check in testing.checks(kind, "subject"):
        try:
            check()
        except (AssertionError, ValueError, IndexError):  # of the check, or of the component itself
            broken.add(check.contract.__name__)
    return broken


class Cube(Function):
    """`x³`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        return x**3

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> Any:
        (x,) = ctx.saved
        return grad * (3 * x**2).astype(x.dtype)

    @staticmethod
    def samples() -> Iterator[Sample]:
        yield Sample((np.array([[-1.7, 0.4], [0.3, 2.1]]),))


class WrongCube(Cube):
    """`x³` with a factor missing."""

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> Any:
        return grad * ctx.saved[0] ** 2


class ImpureCube(Cube):
    """`x³` that changes the gradient that it is given."""

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> Any:
        grad *= 3 * ctx.saved[0] ** 2
        return grad.copy()


class AliasedCopy(Cube):
    """`x²/2`, whose gradient by a gradient of 1 would be what was saved."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        return x**2 / 2

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> Any:
        np.multiply(ctx.saved[0], grad, out=ctx.saved[0])
        return ctx.saved[0]


class Cubes(Activation):
    """Every value cubed."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0] * inputs[0] * inputs[0]


class Noise(Activation):
    """Noise that does not say that it changes in training."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0] * Tensor(np.array(np.random.default_rng().random(), inputs[0].dtype))


class Halves(Activation):
    """Half of the features."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0][:, :1]


class Smoothed(Activation):
    """The mean of all steps before a step, and of one step after it."""

    def forward(self, *inputs: Tensor) -> Tensor:
        (x,) = inputs
        return x if x.ndim < 3 else x + ops.concat([x[:, 1:], x[:, :1]], axis=1)


class SumOverTime(OverTime):
    """The sum of all steps, also of padded ones: (T, D) -> (D,)."""

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None) -> Tensor:
        return inputs[0].sum(axis=1)


class RealSumOverTime(OverTime):
    """The sum of the steps without padding: (T, D) -> (D,)."""

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None) -> Tensor:
        (x,) = inputs
        real = padding_mask(lengths, x.shape[1])
        return x.sum(axis=1) if real is None else ops.scatter(x[real], real).sum(axis=1)


class Signs(optim.Optimizer):
    """Steps along the sign of the gradient, smaller and smaller."""

    def __init__(self, *, learning_rate: float = 0.1) -> None:
        super().__init__(learning_rate, None)

    def update(
        self, parameters: np.ndarray, gradients: np.ndarray, memory: Mapping[str, np.ndarray], learning_rate: float
    ) -> None:
        parameters -= np.float32(learning_rate / math.sqrt(self.steps)) * np.sign(gradients)


class Forgetful(optim.Optimizer):
    """Momentum that is not part of the state.

    Args:
        learning_rate: Size of a step.
    """

    def __init__(self, *, learning_rate: float = 0.1) -> None:
        super().__init__(learning_rate, None)
        self.velocity: Any = 0.0

    def update(
        self, parameters: np.ndarray, gradients: np.ndarray, memory: Mapping[str, np.ndarray], learning_rate: float
    ) -> None:
        self.velocity = 0.9 * self.velocity + gradients
        parameters -= learning_rate * self.velocity


class HalfSquare(losses.Loss):
    """`(ŷ − y)²/2`."""

    needs = "values"

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return 0.5 * ops.mean_squared_error(outputs, targets, weights)


class UnweightedLoss(HalfSquare):
    """Ignores the weights."""

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return ops.mean_squared_error(outputs, targets)


class MultipliedLoss(HalfSquare):
    """Multiplies by weights of 0, which NaN survives."""

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        residuals = outputs - targets
        if weights is None:
            return (residuals * residuals).mean()
        factors = weights[:, None].astype(outputs.dtype) / (weights.sum() * outputs.shape[1] or 1)
        return (residuals * residuals * factors.astype(outputs.dtype)).sum()


class Kinds(tasks.Classification):
    """One of several classes.

    Args:
        loss: Loss to minimize.
    """


class LabelsOfPadding(tasks.SequenceLabeling):
    """A class for each step, also for padded ones."""

    def step_weights(self, targets: np.ndarray, lengths: np.ndarray | None) -> None:
        """Ignore the lengths."""


class HeadsWithoutMask(tasks.MultiTask):
    """Heads whose missing labels count as 0."""

    def loss(self, outputs: Tensor, targets: Any, lengths: np.ndarray | None = None) -> Tensor:
        everywhere = {name: Observed(it.values, np.ones(len(it), bool)) for name, it in targets.columns.items()}
        return super().loss(outputs, targets.with_columns(everywhere), lengths)


class MeanOfMeans(tasks.Regression):
    """Values, with a loss that averages the batches."""

    def loss_totals(self, outputs: Tensor, targets: np.ndarray, lengths: np.ndarray | None = None) -> np.ndarray:
        return np.array([[self.loss(outputs, targets, lengths).item(), 1.0]])


class PairLoss(losses.Loss):
    """`a − b` squared of outputs (N, 2), in a form that dlcli does not know."""

    needs = "pairs"

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return ops.mean_squared_error(outputs[:, 0] - outputs[:, 1], targets, weights)

    def sample(self, generator: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        return generator.standard_normal((count, 2)), generator.standard_normal(count)


class UnweightedPairLoss(PairLoss):
    """Ignores the weights."""

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return super().__call__(outputs, targets)


class Hits(metrics.Metric):
    """Share of correct labels."""

    name = "hits"

    def __init__(self) -> None:
        self.reset()

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        self.correct += int((predictions == targets).sum())
        self.count += len(targets)

    def result(self) -> float:
        return self.correct / self.count if self.count else math.nan

    def reset(self) -> None:
        self.correct = self.count = 0


class PairHits(Hits):
    """Share of correct pairs (N, 2), in a form that dlcli does not know."""

    needs = "pairs"

    def sample(self, guesses: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, Any]:
        return np.stack([guesses, -guesses], axis=1), np.stack([labels, -labels], axis=1)

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        super().update(predictions[:, 0], targets[:, 0])


class WrongDirection(Hits):
    """Share of correct labels, to be minimized."""

    direction = Direction.MINIMIZE


class MeanOfBatches(Hits):
    """Averages the batches"""

    def result(self) -> float:
        return float(np.mean(self.shares)) if self.shares else 0.0

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        if len(targets):
            self.shares.append(float((predictions == targets).mean()))

    def reset(self) -> None:
        self.shares: list[float] = []


class Restless(search.RandomSearch):
    """Draws other points at every call."""

    def propose(
        self, space: search.Space, trials: Sequence[search.Trial], objective: search.Objective, *, seed: int,
        budget: int | None,
    ) -> Sequence[search.Proposal]:  # fmt: skip
        return super().propose(
            space, trials, objective, seed=int(np.random.default_rng().integers(1 << 30)), budget=budget
        )


class Insatiable(search.RandomSearch):
    """Knows no budget."""

    def propose(
        self, space: search.Space, trials: Sequence[search.Trial], objective: search.Objective, *, seed: int,
        budget: int | None,
    ) -> Sequence[search.Proposal]:  # fmt: skip
        return super().propose(space, trials, objective, seed=seed, budget=len(trials) + 20)


Iris = registry.lookup("dataset", "iris")


class Shuffled(Iris):  # type: ignore[misc, valid-type]
    """Iris in another order at every reading."""

    def read(self, data_paths: DataPaths) -> RawData:
        raw = super().read(data_paths)
        np.random.default_rng().shuffle(raw.examples.inputs)
        return raw


KEEP_TO_THEM = [("function", Cube), ("layer", Cubes), ("layer", RealSumOverTime), ("loss", HalfSquare),
                ("loss", PairLoss), ("task", Kinds), ("metric", Hits), ("metric", PairHits), ("dataset", Iris),
                ("search", search.RandomSearch)]  # fmt: skip
BREAK_THEM = [
    ("function", WrongCube, {"gradient_agrees_with_differences"}),
    ("function", ImpureCube, {"backward_is_pure"}),
    ("function", AliasedCopy, {"gradients_do_not_alias_what_was_saved", "backward_is_pure"}),
    ("layer", Noise, {"evaluation_repeats_itself_and_leaves_the_state_alone"}),
    ("layer", Halves, {"result_has_the_declared_shape_and_dtype"}),
    ("layer", Smoothed, {"padding_changes_nothing"}),
    ("layer", SumOverTime, {"padding_changes_nothing"}),
    ("optimizer", Signs, {"every_option_is_described"}),
    ("optimizer", Forgetful, {"resumed_training_has_the_same_bits"}),
    ("loss", UnweightedLoss, {"an_example_of_weight_zero_does_not_count", "mean_does_not_depend_on_the_batches"}),
    ("loss", MultipliedLoss, {"garbage_of_weight_zero_changes_nothing"}),
    ("task", LabelsOfPadding, {"what_is_not_observed_changes_nothing"}),
    ("task", HeadsWithoutMask, {"what_is_not_observed_changes_nothing"}),
    ("task", MeanOfMeans, {"means_do_not_depend_on_the_batches"}),
    ("loss", UnweightedPairLoss, {"an_example_of_weight_zero_does_not_count"}),
    ("metric", WrongDirection, {"reset_forgets_and_better_predictions_improve"}),
    ("metric", MeanOfBatches, {"no_examples_give_nan", "result_does_not_depend_on_the_batches", "says_what_it_is"}),
    ("search", Restless, {"the_same_seed_gives_the_same_trials_and_another_seed_others"}),
    ("search", Insatiable, {"trials_lie_in_the_space_and_keep_to_the_budget"}),
    ("dataset", Shuffled, {"reading_is_repeatable", "examples_are_complete"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "component"), KEEP_TO_THEM)
def test_a_right_component_passes(kind: str, component: Any) -> None:
    assert failures(kind, component) == set()


@pytest.mark.parametrize(("kind", "component", "expected"), BREAK_THEM)
def test_a_wrong_component_fails_where_it_is_wrong(kind: str, component: Any, expected: set[str]) -> None:
    assert failures(kind, component) >= expected


def test_the_checks_of_a_module() -> None:
    registry.register("layer", "cubes")(Cubes)
    registry.register("metric", "hits")(Hits)
    checks = testing.checks_of_module(__name__)
    assert {(check.subject.kind, check.subject.name) for check in checks} == {("layer", "cubes"), ("metric", "hits")}
    assert len({str(check) for check in checks}) == len(checks)
    with pytest.raises(ConfigError):
        testing.checks_of_module("dlcli.core")


@pytest.mark.parametrize(
    ("kind", "name"), [("layer", "no_such_layer"), ("normalization", "standard"), ("layers", "relu")]
)
def test_what_cannot_be_checked(kind: str, name: str) -> None:
    with pytest.raises(ConfigError):
        testing.checks(kind, name)


def test_the_example_of_the_docstring() -> None:
    result = doctest.testmod(testing)
    assert (result.failed, result.attempted) == (0, 3)


def test_it_needs_neither_pytest_nor_hypothesis() -> None:
    program = (
        "import sys, dlcli.testing; print({'pytest', '_pytest', 'hypothesis', 'torch', 'optuna'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
