"""Losses of a localization; images without an object count only by their presence."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import kernels
from dlcli.autograd import Tensor
from dlcli.data import Objects
from dlcli.losses import LocalizationCrossEntropy, LocalizationLoss, LocalizationSquaredError

#: two images of which the second one is empty; three classes
OUTPUTS = np.array([[0.8, 0.5, 0.4, 0.3, 0.2, 0.1, 0.9, 0.2], [0.3, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]])
TARGETS = Objects(np.array([True, False]), np.array([[0.4, 0.4, 0.5, 0.1], [0.0, 0.0, 0.0, 0.0]]), np.array([1, 0]))
LOSSES = [
    LocalizationSquaredError(presence_weight=2.0, box_weight=5.0, class_weight=0.5),
    LocalizationCrossEntropy(presence_weight=2.0, box_weight=5.0, class_weight=0.5),
    LocalizationCrossEntropy(delta=0.05),
]


def test_squared_error_worked_by_hand() -> None:
    box = 0.1**2 + 0 + 0.2**2 + 0.1**2
    classes = 0.1**2 + 0.1**2 + 0.2**2
    presence = 0.2**2 + 0.3**2  # of both images
    mean = LocalizationSquaredError()(Tensor(OUTPUTS), TARGETS).item()
    assert mean == pytest.approx((presence + box + classes) / 2)
    weighted = LocalizationSquaredError(presence_weight=2, box_weight=3, class_weight=4)
    assert weighted(Tensor(OUTPUTS), TARGETS).item() == pytest.approx((2 * presence + 3 * box + 4 * classes) / 2)


def test_cross_entropy_worked_by_hand() -> None:
    presence = np.log1p(np.exp(-0.8)) + np.log1p(np.exp(0.3))
    box = 0.1**2 + 0.2**2 + 0.1**2
    classes = -0.9 + np.log(np.exp([0.1, 0.9, 0.2]).sum())
    mean = LocalizationCrossEntropy()(Tensor(OUTPUTS), TARGETS).item()
    assert mean == pytest.approx((presence + box + classes) / 2)
    smooth = LocalizationCrossEntropy(delta=0.1)(Tensor(OUTPUTS), TARGETS).item()
    huber = 0.1**2 / 2 + 0.1 * (0.2 - 0.05) + 0.1**2 / 2
    assert smooth == pytest.approx((presence + huber + classes) / 2)


@pytest.fixture(params=["native", "reference"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels of the losses: the native ones, where they were built, or their NumPy twins."""
    if request.param == "reference":
        for module in (kernels.reference.losses, kernels.reference.softmax):
            for name in ("binary_cross_entropy", "huber", "softmax_cross_entropy"):
                for function in (name, f"{name}_backward"):
                    if hasattr(module, function):
                        monkeypatch.setattr(kernels, function, getattr(module, function))


def evaluated(loss: LocalizationLoss, outputs: np.ndarray, targets: Objects) -> tuple[bytes, bytes, float]:
    """The bits of the mean and of its gradient, and the sum that is added up over batches."""
    tensor = Tensor(outputs, requires_grad=True)
    mean = loss(tensor, targets)
    mean.backward()
    assert tensor.grad is not None
    return mean.data.tobytes(), tensor.grad.tobytes(), loss.sum(Tensor(outputs), targets)


def random_case(dtype: type[np.floating], examples: int = 24) -> tuple[np.ndarray, Objects]:
    generator = np.random.default_rng(0)
    present = generator.random(examples) < 0.6
    boxes = generator.random((examples, 4)).astype(dtype)
    outputs = generator.standard_normal((examples, 8)).astype(dtype)
    return outputs, Objects(present, boxes, generator.integers(0, 3, examples))


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("garbage", [np.nan, np.inf, -1e30])
def test_garbage_where_there_is_no_object_changes_no_bit(
    loss: LocalizationLoss, dtype: type[np.floating], garbage: float
) -> None:
    outputs, clean = random_case(dtype)
    empty = ~clean.present
    dirty = Objects(clean.present, clean.boxes.copy(), clean.classes.copy())
    dirty.boxes[empty], dirty.classes[empty] = garbage, -7
    assert evaluated(loss, outputs, dirty) == evaluated(loss, outputs, clean)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_of_box_and_classes_are_zero_where_there_is_no_object(
    loss: LocalizationLoss, dtype: type[np.floating]
) -> None:
    outputs, targets = random_case(dtype)
    tensor = Tensor(outputs, requires_grad=True)
    loss(tensor, targets).backward()
    assert tensor.grad is not None
    assert (tensor.grad[~targets.present, 1:] == 0).all()
    assert (tensor.grad[targets.present] != 0).all()
    assert (tensor.grad[:, 0] != 0).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_batch_of_empty_images(loss: LocalizationLoss) -> None:
    outputs, targets = random_case(np.float64)
    empty = np.flatnonzero(~targets.present)
    mean = loss(Tensor(outputs[empty]), targets.take(empty)).item()
    presence = [loss(Tensor(outputs[[row]]), targets.take(np.array([row]))).item() for row in empty]
    assert mean == pytest.approx(np.mean(presence))


def test_equal_to_pytorch() -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    outputs, targets = random_case(np.float64)
    logits = torch.tensor(outputs, requires_grad=True)
    present = torch.tensor(targets.present)
    presence = functional.binary_cross_entropy_with_logits(logits[:, 0], present.double(), reduction="sum")
    boxes = functional.mse_loss(logits[present, 1:5], torch.tensor(targets.boxes)[present], reduction="sum")
    classes = functional.cross_entropy(logits[present, 5:], torch.tensor(targets.classes)[present], reduction="sum")
    expected = (2 * presence + 5 * boxes + 0.5 * classes) / len(outputs)
    expected.backward()
    tensor = Tensor(outputs, requires_grad=True)
    mean = LOSSES[1](tensor, targets)
    mean.backward()
    assert mean.item() == pytest.approx(expected.item())
    np.testing.assert_allclose(tensor.grad, logits.grad.numpy(), atol=1e-14)


def test_the_meaning_of_the_outputs() -> None:
    outputs = np.array([-1.0, 0.25, 3.0])
    np.testing.assert_array_equal(LocalizationSquaredError().presence(outputs), [0, 0.25, 1])
    np.testing.assert_allclose(LocalizationCrossEntropy().presence(outputs), 1 / (1 + np.exp(-outputs)))
    scores = LocalizationCrossEntropy().class_scores(outputs[None])
    np.testing.assert_allclose(scores.sum(), 1)
