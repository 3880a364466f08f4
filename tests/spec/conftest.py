"""A small set of components, to test the config checks without the real ones."""

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
        decay_rate: Speed of the decay.
    """

    def __init__(self, *, decay_rate: NonNegativeFloat) -> None: ...


class Constant(Schedule):
    """No decay."""


class Adam:
    """Adaptive moments.

    Args:
        learning_rate: Step size.
        beta1: Decay of the first moment.
        beta2: Decay of the second moment.
        epsilon: Constant against division by zero.
        schedule: Schedule of the learning rate; null = constant.
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
        learning_rate: Step size.
        nesterov: Whether to use Nesterov momentum.
        schedule: Schedule of the learning rate; null = constant.
    """

    def __init__(
        self, *, learning_rate: PositiveFloat, nesterov: bool = False, schedule: Schedule | None = None
    ) -> None: ...


class SoftmaxCrossEntropy(Loss):
    """Cross-entropy of logits.

    Args:
        label_smoothing: Share distributed over all classes.
        class_weights: Weight of each class, or balanced; null = equal weights.
    """

    def __init__(
        self,
        *,
        label_smoothing: Rate = 0.0,
        class_weights: list[NonNegativeFloat] | Literal["balanced"] | None = None,
    ) -> None: ...


class Classification:
    """Classification.

    Args:
        loss: Loss to minimize; null = softmax_cross_entropy.
    """

    def __init__(self, *, loss: Loss | None = None) -> None: ...


class Plain:
    """Component without options."""


class Standard:
    """Scaling to mean 0 and standard deviation 1.

    Args:
        per: Unit of the scaling.
    """

    def __init__(self, *, per: Literal["feature", "channel"] = "feature") -> None: ...


class Csv:
    """Comma-separated values.

    Args:
        path: Path of the file.
        target: Column of the targets.
        columns: Names of the columns; null = those in the first line.
    """

    def __init__(self, *, path: str, target: str, columns: list[str] | None = None) -> None: ...


class Normal:
    """Normal distribution.

    Args:
        std: Standard deviation.
    """

    def __init__(self, *, std: PositiveFloat = 0.01) -> None: ...


class Linear:
    """Affine map Wx + b.

    Args:
        units: Number of outputs.
        use_bias: Whether to add b.
        initializer: Initializer of W; null = he_normal.
        copy: Option with the name of a method of pydantic's models.
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
        rate: Probability of dropping a unit.
    """

    def __init__(self, *, rate: Rate = 0.5) -> None: ...


class FScore:
    """Weighted harmonic mean of precision and recall.

    Args:
        beta: Weight of recall.
        class_options: Class → number.
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
    """Fully connected network.

    Args:
        hidden_units: Number of units of each hidden layer.
        activation: Activation function of the hidden layers.
        initializer: Initializer of the weights; null = he_normal.
        dropout_rate: Dropout rate after every hidden layer.
    """
    return []


def logistic(input_shape: tuple[int, ...], output_units: int, /) -> list[Any]:
    """Network without hidden layers."""
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
    """`check(text, "key=VALUE", …)` checks a text as the file `config.yaml`."""

    def call(text: str, *overrides: str) -> Spec:
        return spec_from_text(text, file="config.yaml", overrides=overrides)

    return call
