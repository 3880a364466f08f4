"""A small world of components, so that the config checks are tested without the real ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

import pytest

from dlcli.core import NonNegativeFloat, PositiveFloat, PositiveInt, Rate, registry
from dlcli.spec import Spec, spec_from_text

Initialization = Annotated[dict[str, Any], registry.Described("initializer")]

GOOD = """\
name: digits-mlp
seed: 7
data:
  dataset: digits
  split: {train: 0.6, dev: 0.2, test: 0.2, stratify: true}
  normalize: standard
model:
  architecture: mlp
  hidden_units: [64, 32]
  activation: relu
  initializer: he_normal
optimizer: {name: adam, learning_rate: 1e-3, schedule: {name: inverse_time, decay_rate: 0.01}}
regularization:
  l2: 1e-4
  dropout: 0.2
  early_stopping: {metric: dev/error, patience: 5}
training: {epochs: 30, batch_size: 64, gradient_clipping: {max_norm: 5}}
evaluation:
  metrics: [accuracy, {name: f_score, beta: 2}]
  optimize: dev/error
  satisfice: {latency_ms: "<= 5"}
  human_error: 0.01
"""

LAYERED = """\
data: {dataset: {format: csv, path: train.csv, target: label}}
model:
  layers:
    - linear: {units: 16, initializer: {name: normal, std: 0.1}}
    - batch_norm
    - relu: {name: trunk}
    - linear: {units: 16}
    - add: {inputs: [previous, trunk]}
    - linear: {units: 3}
optimizer: {name: sgd, learning_rate: 0.1}
"""


class Schedule:
    registry_kind: ClassVar[str] = "schedule"


class Loss:
    registry_kind: ClassVar[str] = "loss"


class InverseTime(Schedule):
    """Decay with time.

    Args:
        decay_rate: how fast.
    """

    def __init__(self, *, decay_rate: NonNegativeFloat) -> None: ...


class Constant(Schedule):
    """No decay."""


class Adam:
    """Adaptive moments.

    Args:
        learning_rate: step size.
        beta1: decay of the first moment.
        beta2: decay of the second moment.
        epsilon: against division by zero.
        schedule: how the learning rate changes; null = it does not.
    """

    def __init__(
        self,
        *,
        learning_rate: PositiveFloat = 1e-3,
        beta1: Rate = 0.9,
        beta2: Rate = 0.999,
        epsilon: PositiveFloat = 1e-8,
        schedule: Schedule | None = None,
    ) -> None: ...


class Sgd:
    """Gradient descent.

    Args:
        learning_rate: step size.
        nesterov: look ahead.
        schedule: how the learning rate changes; null = it does not.
    """

    def __init__(
        self, *, learning_rate: PositiveFloat, nesterov: bool = False, schedule: Schedule | None = None
    ) -> None: ...


class SoftmaxCrossEntropy(Loss):
    """From logits.

    Args:
        label_smoothing: share spread over all classes.
        class_weights: one weight a class, or balanced; null = equal.
    """

    def __init__(
        self,
        *,
        label_smoothing: Rate = 0.0,
        class_weights: list[NonNegativeFloat] | Literal["balanced"] | None = None,
    ) -> None: ...


class Classification:
    """One of several classes.

    Args:
        loss: what is minimized; null = softmax_cross_entropy.
    """

    def __init__(self, *, loss: Loss | None = None) -> None: ...


class Plain:
    """Has no options."""


class Standard:
    """Mean 0, deviation 1.

    Args:
        per: one scale per what.
    """

    def __init__(self, *, per: Literal["feature", "channel"] = "feature") -> None: ...


class Csv:
    """Comma-separated values.

    Args:
        path: the file.
        target: the column of the targets.
        columns: names in place of a header; null = the first line is one.
    """

    def __init__(self, *, path: str, target: str, columns: list[str] | None = None) -> None: ...


class Normal:
    """A bell.

    Args:
        std: its width.
    """

    def __init__(self, *, std: PositiveFloat = 0.01) -> None: ...


class Linear:
    """Wx + b.

    Args:
        units: outputs.
        use_bias: whether there is a b.
        initializer: of W; null = he_normal.
        copy: an option that is also a method of pydantic's models.
    """

    def __init__(
        self,
        *,
        units: PositiveInt,
        use_bias: bool = True,
        initializer: Initialization | None = None,
        copy: bool = False,
    ) -> None: ...


class Dropout:
    """Inverted dropout.

    Args:
        rate: probability of dropping.
    """

    def __init__(self, *, rate: Rate = 0.5) -> None: ...


class FScore:
    """Precision and recall in one.

    Args:
        beta: weight of recall.
        class_options: what the classes are called.
    """

    def __init__(self, *, beta: PositiveFloat = 1.0, class_options: dict[str, int] | None = None) -> None: ...


def mlp(
    input_shape: tuple[int, ...],
    output_units: int,
    /,
    *,
    hidden_units: list[PositiveInt],
    activation: Literal["relu", "tanh"] = "relu",
    initializer: Initialization | None = None,
    dropout_rate: Rate = 0.0,
) -> list[Any]:
    """Fully connected.

    Args:
        hidden_units: of each hidden layer.
        activation: between them.
        initializer: of the weights; null = he_normal.
        dropout_rate: after every hidden layer.
    """
    return []


def logistic(input_shape: tuple[int, ...], output_units: int, /) -> list[Any]:
    """No hidden layer."""
    return []


COMPONENTS: dict[tuple[str, str], Callable[..., Any]] = {
    ("schedule", "inverse_time"): InverseTime,
    ("schedule", "constant"): Constant,
    ("optimizer", "adam"): Adam,
    ("optimizer", "sgd"): Sgd,
    ("loss", "softmax_cross_entropy"): SoftmaxCrossEntropy,
    ("task", "classification"): Classification,
    ("normalization", "standard"): Standard,
    ("normalization", "none"): Plain,
    ("tokenizer", "word"): Plain,
    ("dataset", "digits"): Plain,
    ("dataset", "iris"): Plain,
    ("format", "csv"): Csv,
    ("initializer", "he_normal"): Plain,
    ("initializer", "normal"): Normal,
    ("layer", "linear"): Linear,
    ("layer", "relu"): Plain,
    ("layer", "batch_norm"): Plain,
    ("layer", "add"): Plain,
    ("layer", "dropout"): Dropout,
    ("metric", "accuracy"): Plain,
    ("metric", "f_score"): FScore,
    ("architecture", "mlp"): mlp,
    ("architecture", "logistic"): logistic,
}


@pytest.fixture(autouse=True)
def _components(empty_registry: None) -> None:
    for (kind, name), component in COMPONENTS.items():
        registry.register(kind, name)(component)


@pytest.fixture
def good() -> str:
    """A config that uses most sections."""
    return GOOD


@pytest.fixture
def layered() -> str:
    """A config whose model is a list of layers."""
    return LAYERED


@pytest.fixture
def check() -> Callable[..., Spec]:
    """Checks a text as the file `config.yaml`."""

    def checked(text: str, *overrides: str) -> Spec:
        return spec_from_text(text, file="config.yaml", overrides=overrides)

    return checked
