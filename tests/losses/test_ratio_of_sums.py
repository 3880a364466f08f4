"""The mean loss of a split is a ratio of sums: it does not depend on the batches, for any weights."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import ConfigError, registry
from dlcli.data import Objects, Points
from dlcli.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy

CLASSES = 3
WEIGHTS = st.lists(st.sampled_from([0.0, 0.1, 1.0, 9.0]), min_size=CLASSES, max_size=CLASSES)


def mean_over_batches(
    loss: Loss, outputs: np.ndarray, targets: np.ndarray, weights: np.ndarray | None, bounds: list[int]
) -> float:
    """Σ sums / Σ weights over the batches between the bounds."""
    total = weight = 0.0
    for start, stop in itertools.pairwise(bounds):
        part = None if weights is None else weights[start:stop]
        total += loss.sum(Tensor(outputs[start:stop]), targets[start:stop], part)
        weight += loss.weight(targets[start:stop], part)
    return total / weight if weight else float("nan")


def cut(data: st.DataObject, count: int) -> list[int]:
    inner = data.draw(st.lists(st.integers(1, count - 1), unique=True)) if count > 1 else []
    return [0, *sorted(inner), count]


@given(
    count=st.integers(1, 12),
    class_weights=st.none() | WEIGHTS,
    smoothing=st.sampled_from([0.0, 0.1]),
    masked=st.booleans(),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_softmax_cross_entropy_equals_its_formula_for_any_batches(
    count: int, class_weights: list[float] | None, smoothing: float, masked: bool, seed: int, data: st.DataObject
) -> None:
    generator = np.random.default_rng(seed)
    logits, labels = generator.standard_normal((count, CLASSES)), generator.integers(CLASSES, size=count)
    weights = generator.integers(2, size=count).astype(bool) if masked else None
    loss = SoftmaxCrossEntropy(class_weights=class_weights, label_smoothing=smoothing)
    c = np.ones(CLASSES) if class_weights is None else np.array(class_weights)
    q = c * ((1 - smoothing) * np.eye(CLASSES)[labels] + smoothing / CLASSES)
    each = -(q * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))).sum(axis=1)
    w = np.ones(count) if weights is None else weights
    divisor = (w * c[labels]).sum()
    expected = (w * each).sum() / divisor if divisor else float("nan")
    mean = mean_over_batches(loss, logits, labels, weights, cut(data, count))
    assert mean == pytest.approx(expected, nan_ok=True)


@given(
    count=st.integers(1, 12),
    class_weights=st.none() | WEIGHTS.map(lambda weights: weights[:2]),
    positive_weight=st.sampled_from([1.0, 3.0]),
    smoothing=st.sampled_from([0.0, 0.2]),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_binary_cross_entropy_equals_its_formula_for_any_batches(
    count: int,
    class_weights: list[float] | None,
    positive_weight: float,
    smoothing: float,
    seed: int,
    data: st.DataObject,
) -> None:
    generator = np.random.default_rng(seed)
    logits, labels = generator.standard_normal((count, 1)), generator.integers(2, size=count)
    loss = BinaryCrossEntropy(class_weights=class_weights, positive_weight=positive_weight, label_smoothing=smoothing)
    y, z = labels * (1 - smoothing) + smoothing / 2, logits[:, 0]
    each = positive_weight * y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z))
    c = np.ones(count) if class_weights is None else np.array(class_weights)[labels]
    expected = (c * each).sum() / c.sum() if c.any() else float("nan")
    mean = mean_over_batches(loss, logits, labels, None, cut(data, count))
    assert mean == pytest.approx(expected, nan_ok=True)


def targets_of(form: str, outputs: np.ndarray, generator: np.random.Generator) -> Any:
    """Targets for outputs (N, width) of a form; the first image has an object, and the first point is visible."""
    count = len(outputs)
    observed = np.arange(count) % 3 != 1
    if form == "object":
        return Objects(observed, generator.random((count, 4)), generator.integers(CLASSES, size=count))
    if form == "points":
        points = generator.random((count, outputs.shape[1] // 2, 2))
        return Points(points, np.broadcast_to(observed[:, None], points.shape[:2]))
    return generator.standard_normal(outputs.shape) if form == "values" else generator.integers(2, size=count)


@pytest.mark.parametrize("name", registry.names("loss"))
@given(data=st.data(), count=st.integers(1, 12), columns=st.integers(1, 3))
def test_every_loss_has_the_same_mean_for_any_batches(name: str, data: st.DataObject, count: int, columns: int) -> None:
    loss: Loss = registry.lookup("loss", name)()
    generator = np.random.default_rng(0)
    widths = {"values": columns, "one logit": 1, "class logits": CLASSES, "object": 5 + CLASSES, "points": 2 * columns}
    outputs = generator.standard_normal((count, widths[loss.needs]))
    targets = targets_of(loss.needs, outputs, generator)
    mean = mean_over_batches(loss, outputs, targets, None, cut(data, count))
    assert mean == pytest.approx(loss(Tensor(outputs), targets).item())


def test_batches_of_one_equal_torch_on_the_whole() -> None:
    torch = pytest.importorskip("torch")
    generator = np.random.default_rng(1)
    logits, labels = generator.standard_normal((20, CLASSES)), generator.integers(CLASSES, size=20)
    weights = [0.5, 2.0, 7.0]
    theirs = torch.nn.CrossEntropyLoss(weight=torch.tensor(weights, dtype=torch.float64), label_smoothing=0.1)
    ours = SoftmaxCrossEntropy(class_weights=weights, label_smoothing=0.1)
    expected = theirs(torch.from_numpy(logits), torch.from_numpy(labels)).item()
    assert mean_over_batches(ours, logits, labels, None, list(range(21))) == pytest.approx(expected)


def test_a_distribution_over_classes_counts_as_one_example() -> None:
    loss = SoftmaxCrossEntropy(class_weights=[1.0, 2.0, 3.0])
    assert loss.weight(np.full((4, CLASSES), 1 / CLASSES)) == 4
    assert loss.weight(np.array([0, 2, 2])) == 7


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_batch_of_weight_zero_has_no_gradient(smoothing: float) -> None:
    logits = Tensor(np.ones((2, CLASSES)), requires_grad=True)
    loss = SoftmaxCrossEntropy(class_weights=[0.0, 1.0, 1.0], label_smoothing=smoothing)
    mean = loss(logits, np.array([0, 0]))
    mean.backward()
    assert mean.item() == 0
    np.testing.assert_array_equal(logits.grad, 0)


@pytest.mark.parametrize(
    "loss", [SoftmaxCrossEntropy(class_weights=[0.0, 5.0]), BinaryCrossEntropy(class_weights=[0.0, 5.0])]
)
def test_a_training_set_of_weight_zero_is_refused(loss: SoftmaxCrossEntropy | BinaryCrossEntropy) -> None:
    loss.prepare([10, 1])
    with pytest.raises(ConfigError) as caught:
        loss.prepare([10, 0])
    assert caught.value.key == "class_weights"


OPTIONS: list[dict[str, Any]] = [
    {},
    {"class_weights": np.array([1.0, 2.0, 3.0])},
    {"label_smoothing": 0.1},
    {"class_weights": np.array([1.0, 2.0, 3.0]), "label_smoothing": 0.1},
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "+".join(options) or "plain")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "labels", [[0, -1], [3, 0], [0.0, 1.0], [np.nan, 1.0], [True, False]], ids=["negative", "K", "float", "NaN", "bool"]
)
def test_invalid_label_is_refused(options: dict[str, Any], dtype: type, labels: list[Any]) -> None:
    with pytest.raises((IndexError, TypeError, ValueError)):
        ops.softmax_cross_entropy(Tensor(np.zeros((2, CLASSES), dtype)), np.array(labels), **options)


@pytest.mark.parametrize("options", [{}, {"class_weights": np.array([1.0, 2.0])}, {"label_smoothing": 0.9}], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("targets", [[0, -1], [2, 0], [0.0, -0.1], [1.1, 0.0], [np.nan, 1.0]], ids=str)
def test_invalid_binary_target_is_refused(options: dict[str, Any], dtype: type, targets: list[Any]) -> None:
    with pytest.raises(ValueError, match="binary targets"):
        ops.binary_cross_entropy(Tensor(np.zeros((2, 1), dtype)), np.array(targets), **options)


@pytest.mark.parametrize("dtype", [np.int64, np.float32])
@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_weight_of_binary_targets_does_not_depend_on_their_type(dtype: type, shape: tuple[int, ...]) -> None:
    targets = np.array([0, 1, 1, 0]).astype(dtype).reshape(shape)
    loss, logits = BinaryCrossEntropy(class_weights=[1.0, 9.0]), Tensor(np.arange(4.0).reshape(4, 1))
    assert loss.weight(targets) == 20
    assert loss.weight(targets, np.array([1.0, 0, 1, 1])) == 11
    assert loss.sum(logits, targets) / 20 == pytest.approx(loss(logits, targets).item())
