"""Binary cross-entropy against PyTorch, its `dz = a − y`, and its stability."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

Z = 2 * np.random.default_rng(0).standard_normal((6, 1))
Y = np.array([0, 1, 1, 0, 1, 0])


@pytest.mark.parametrize("positive_weight", [1.0, 2.5])
def test_equals_torch(same_as_torch, positive_weight: float) -> None:
    torch = pytest.importorskip("torch")
    reference = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([positive_weight], dtype=torch.float64))
    same_as_torch(
        lambda z: ops.binary_cross_entropy(z, Y, positive_weight=positive_weight),
        lambda z: reference(z, torch.tensor(Y, dtype=torch.float64)[:, None]),
        Z,
    )


@pytest.mark.parametrize(("class_weights", "label_smoothing"), [(None, 0.0), (None, 0.1), (np.array([0.3, 2.0]), 0.0)])
def test_equals_softmax_over_two_classes(class_weights: np.ndarray | None, label_smoothing: float) -> None:
    """σ(z) is the softmax of (0, z)."""
    binary = ops.binary_cross_entropy(Tensor(Z), Y, class_weights=class_weights, label_smoothing=label_smoothing)
    two = np.concatenate([np.zeros_like(Z), Z], axis=1)
    categorical = ops.softmax_cross_entropy(
        Tensor(two), Y, class_weights=class_weights, label_smoothing=label_smoothing
    )
    assert binary.item() == pytest.approx(categorical.item(), rel=1e-12)


def test_the_gradient_is_activation_minus_target() -> None:
    z = Tensor(Z.copy(), requires_grad=True)
    ops.binary_cross_entropy(z, Y).backward()
    np.testing.assert_allclose(z.grad, (ops.sigmoid(Z).data - Y[:, None]) / 6, atol=1e-16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_stable_at_any_magnitude(dtype: type) -> None:
    logits = Tensor(np.array([1e30, -1e30, 1e4, -1e4, 30.0, -30.0], dtype), requires_grad=True)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        right = ops.binary_cross_entropy(logits, np.array([1, 0, 1, 0, 1, 0]))
        right.backward()
    assert right.item() == pytest.approx(2 * np.log1p(np.exp(-30.0)) / 6, rel=1e-6)
    assert np.isfinite(logits.grad).all()
    wrong = ops.binary_cross_entropy(Tensor(logits.data[2:4]), np.array([0, 1]))
    assert wrong.item() == pytest.approx(1e4)


def test_weights_of_examples_are_a_weighted_mean() -> None:
    weights = np.array([1.0, 2, 0, 1, 3, 0.5])
    each = np.array([ops.binary_cross_entropy(Tensor(Z[i : i + 1]), Y[i : i + 1]).item() for i in range(6)])
    loss = ops.binary_cross_entropy(Tensor(Z), Y, weights).item()
    assert loss == pytest.approx((weights * each).sum() / weights.sum())


def test_targets_of_another_shape_are_refused_instead_of_broadcast() -> None:
    with pytest.raises(ValueError, match="reshape"):
        ops.binary_cross_entropy(Tensor(Z), np.array([0, 1]))
