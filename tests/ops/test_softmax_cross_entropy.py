"""Categorical cross-entropy against PyTorch, its `dz = a − y`, and its stability."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)
Z = 2 * GENERATOR.standard_normal((8, 5))
LABELS = np.array([0, 3, 1, 1, 4, 2, 0, 3])
DISTRIBUTIONS = GENERATOR.dirichlet(np.ones(5), 8)
CLASS_WEIGHTS = np.array([1.0, 0.5, 2.0, 0.0, 3.0])


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
@pytest.mark.parametrize("class_weights", [None, CLASS_WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("targets", [LABELS, DISTRIBUTIONS], ids=["labels", "distributions"])
def test_equals_torch(
    same_as_torch, targets: np.ndarray, class_weights: np.ndarray | None, label_smoothing: float
) -> None:
    torch = pytest.importorskip("torch")
    weight = None if class_weights is None else torch.tensor(class_weights)
    reference = torch.nn.CrossEntropyLoss(weight=weight, label_smoothing=label_smoothing)
    same_as_torch(
        lambda z: ops.softmax_cross_entropy(z, targets, class_weights=class_weights, label_smoothing=label_smoothing),
        lambda z: reference(z, torch.tensor(targets)),
        Z,
    )


@pytest.mark.parametrize("label_smoothing", [0.0, 0.2])
@pytest.mark.parametrize("targets", [LABELS, DISTRIBUTIONS], ids=["labels", "distributions"])
def test_weights_of_examples_are_a_weighted_mean(targets: np.ndarray, label_smoothing: float) -> None:
    weights = np.array([1.0, 2, 0, 1, 3, 0.5, 1, 0])
    each = np.array(
        [
            ops.softmax_cross_entropy(Tensor(Z[i : i + 1]), targets[i : i + 1], label_smoothing=label_smoothing).item()
            for i in range(8)
        ]
    )
    loss = ops.softmax_cross_entropy(Tensor(Z), targets, weights, label_smoothing=label_smoothing)
    assert loss.item() == pytest.approx((weights * each).sum() / weights.sum())


def test_the_gradient_is_activation_minus_target() -> None:
    z = Tensor(Z.copy(), requires_grad=True)
    ops.softmax_cross_entropy(z, LABELS).backward()
    np.testing.assert_allclose(z.grad, (ops.softmax(Z).data - np.eye(5)[LABELS]) / 8, atol=1e-15)


def test_sequences_of_logits(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    labels = LABELS.reshape(2, 4)
    same_as_torch(
        lambda z: ops.softmax_cross_entropy(z, labels),
        lambda z: torch.nn.functional.cross_entropy(z.reshape(8, 5), torch.tensor(LABELS)),
        Z.reshape(2, 4, 5),
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits(dtype: type) -> None:
    logits = Tensor(np.array([[1e4, 0, -1e4], [1e4, 0, -1e4]], dtype), requires_grad=True)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss = ops.softmax_cross_entropy(logits, np.array([0, 2]))
        loss.backward()
    assert loss.item() == pytest.approx(1e4)  # (0 + 2e4) / 2
    np.testing.assert_allclose(logits.grad, [[0, 0, 0], [0.5, 0, -0.5]])
    assert loss.dtype == dtype


def test_mean_with_zero_weights_is_zero() -> None:
    z = Tensor(Z.copy(), requires_grad=True)
    loss = ops.softmax_cross_entropy(z, LABELS, np.zeros(8))
    loss.backward()
    assert loss.item() == 0
    np.testing.assert_array_equal(z.grad, 0)


@pytest.mark.parametrize("garbage", [np.nan, np.inf, -1e30])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_garbage_of_weight_zero_has_no_effect_on_distributions(garbage: float, smoothing: float) -> None:
    generator = np.random.default_rng(0)
    logits, weights = generator.standard_normal((4, 3)).astype(np.float32), np.array([1.0, 0.0, 0.5, 0.0])
    distributions = generator.dirichlet(np.ones(3), 4).astype(np.float32)
    results = []
    for of_hidden in (0.0, garbage):
        logits[weights == 0], distributions[weights == 0] = of_hidden, of_hidden
        leaf = Tensor(logits.copy(), requires_grad=True)
        with np.errstate(invalid="ignore"):
            loss = ops.softmax_cross_entropy(leaf, distributions.copy(), weights, label_smoothing=smoothing)
            loss.backward()
        assert leaf.grad is not None
        results.append((loss.item(), leaf.grad.tobytes()))
    assert results[0] == results[1]
    assert np.isfinite(results[0][0])
