"""The loss of landmarks; invisible points do not count."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.data import Points
from dlcli.losses import LandmarkSquaredError

LOSS = LandmarkSquaredError()


def random_case(dtype: type[np.floating]) -> tuple[np.ndarray, Points]:
    generator = np.random.default_rng(0)
    outputs = generator.standard_normal((12, 6)).astype(dtype)
    return outputs, Points(generator.random((12, 3, 2)).astype(dtype), generator.random((12, 3)) < 0.6)


def test_worked_by_hand() -> None:
    """Squared distances 0.01 + 0.04 and 0.09, of two visible points of three."""
    outputs = np.array([[0.1, 0.2, 0.5, 0.5], [0.0, 0.3, 0.9, 0.9]])
    points = np.array([[[0.0, 0.0], [9.0, 9.0]], [[0.0, 0.0], [9.0, 9.0]]])
    targets = Points(points, np.array([[True, False], [True, False]]))
    assert LOSS(Tensor(outputs), targets).item() == pytest.approx((0.01 + 0.04 + 0.09) / 2)
    assert LOSS.weight(targets) == 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("garbage", [np.nan, np.inf, 1e30])
def test_garbage_in_invisible_points_changes_no_bit(dtype: type[np.floating], garbage: float) -> None:
    outputs, clean = random_case(dtype)
    dirty = Points(clean.points.copy(), clean.visible)
    dirty.points[~dirty.visible] = garbage
    bits = []
    for targets in (clean, dirty):
        tensor = Tensor(outputs, requires_grad=True)
        mean = LOSS(tensor, targets)
        mean.backward()
        assert tensor.grad is not None
        bits.append((mean.data.tobytes(), tensor.grad.tobytes(), LOSS.sum(Tensor(outputs), targets)))
        assert (tensor.grad.reshape(12, 3, 2)[~clean.visible] == 0).all()
        assert (tensor.grad.reshape(12, 3, 2)[clean.visible] != 0).all()
    assert bits[0] == bits[1]


def test_a_batch_without_visible_points_has_no_loss() -> None:
    outputs, targets = random_case(np.float64)
    hidden = Points(targets.points, np.zeros_like(targets.visible))
    assert LOSS(Tensor(outputs), hidden).item() == 0
    assert (LOSS.sum(Tensor(outputs), hidden), LOSS.weight(hidden)) == (0, 0)


def test_equal_to_pytorch() -> None:
    torch = pytest.importorskip("torch")
    outputs, targets = random_case(np.float64)
    twin = torch.tensor(outputs, requires_grad=True)
    visible = torch.tensor(targets.visible)
    differences = twin.reshape(12, 3, 2)[visible] - torch.tensor(targets.points)[visible]
    expected = (differences**2).sum() / visible.sum()
    expected.backward()
    tensor = Tensor(outputs, requires_grad=True)
    mean = LOSS(tensor, targets)
    mean.backward()
    assert mean.item() == pytest.approx(expected.item())
    np.testing.assert_allclose(tensor.grad, twin.grad.numpy(), atol=1e-14)
