from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.autograd import Context, Function, Tensor
from dlcli.core import Direction, DivergedError, registry
from dlcli.data import Split
from dlcli.nn import Dropout, Layer, Node
from dlcli.optim import SGD
from dlcli.runs import RunFolder
from dlcli.training import Selection, checkpoint

NODES = [Node("", "linear", {"units": 5}), Node("", "relu"), Node("", "linear", {"units": 3})]


class Explode(Function):
    """The identity, with a gradient that is not finite."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        return x

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        return np.full_like(grad, np.inf)


class Exploding(Layer):
    def forward(self, *inputs: Tensor) -> Tensor:
        return Explode.apply(*inputs)


def poisoned(split: Split, value: float) -> Split:
    inputs = np.array(split.inputs)
    inputs[7, 2] = value
    return Split(split.name, inputs, split.targets, split.ids)


def test_divergence_by_a_large_step_names_the_layer_and_gives_advice(make_trainer: Any, folder: RunFolder) -> None:
    trainer = make_trainer(nodes=NODES, optimizer=SGD(learning_rate=1e30), gradient_clipping=None)
    with pytest.raises(DivergedError) as caught:
        trainer.train()
    assert (caught.value.exit_code, caught.value.code) == (5, "diverged")
    for part in ("epoch 1", "step 2", "output of layer linear_2"):
        assert part in caught.value.message
    assert caught.value.remedies == {"learning_rate": 0.1, "settings.gradient_clipping.max_norm": 1.0}
    assert trainer.store.names() == []


def test_the_last_good_checkpoint_is_kept_and_named(make_trainer: Any, folder: RunFolder) -> None:
    make_trainer(nodes=NODES, epochs=2, optimizer=SGD(learning_rate=0.1), average=False).train()
    trainer = make_trainer(
        nodes=NODES, epochs=4, optimizer=SGD(learning_rate=1e35), average=False, gradient_clipping=None
    )
    with pytest.raises(DivergedError, match="epoch-0002"):
        trainer.resume()
    assert trainer.store.names()[-1] == "epoch-0002"
    for array in checkpoint.read(folder.checkpoints / "epoch-0002").weights.values():
        assert np.isfinite(array).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_non_finite_inputs_are_not_blamed_on_a_layer(make_trainer: Any, splits: dict[str, Split], value: float) -> None:
    data = {**splits, "train": poisoned(splits["train"], value)}
    with pytest.raises(DivergedError, match="tensor: the input;"):
        make_trainer(data=data).train()


def test_a_dev_set_with_non_finite_inputs_is_named(make_trainer: Any, splits: dict[str, Split]) -> None:
    data = {**splits, "dev": poisoned(splits["dev"], np.inf)}
    with pytest.raises(DivergedError, match=r"dev after epoch 1, step 4;.*the input"):
        make_trainer(data=data).train()


def test_non_finite_weights_of_the_last_step_are_not_saved(make_trainer: Any, splits: dict[str, Split]) -> None:
    trainer = make_trainer(
        nodes=NODES,
        epochs=1,
        batch_size="full",
        optimizer=SGD(learning_rate=3e38),
        data={"train": poisoned(splits["train"], 1e10)},
        selection=Selection("train/loss", Direction.MINIMIZE),
        gradient_clipping=None,
        average=False,
        l2=0.0,
    )
    with pytest.raises(DivergedError, match="weights of layer linear_1"):
        trainer.train()
    assert trainer.store.names() == []


def test_a_gradient_may_be_the_first_non_finite_tensor(make_trainer: Any) -> None:
    def create(node: Node) -> Layer:
        layer: Layer = Exploding() if node.type == "exploding" else registry.lookup("layer", node.type)(**node.options)
        return layer

    nodes = [NODES[0], Node("boom", "exploding"), *NODES[1:]]
    with pytest.raises(DivergedError, match=r"step 1;.*gradient of layer linear_1"):
        make_trainer(nodes=nodes, create=create).train()


def test_dropout_draws_the_same_masks_when_the_step_is_repeated(
    make_trainer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    masks = []
    forward = Dropout.forward

    def recorded(self: Layer, *inputs: Tensor) -> Tensor:
        result: Tensor = forward(self, *inputs)
        masks.append(result.data == 0)
        return result

    monkeypatch.setattr(Dropout, "forward", recorded)
    with pytest.raises(DivergedError):
        make_trainer(optimizer=SGD(learning_rate=1e30), gradient_clipping=None).train()
    np.testing.assert_array_equal(masks[-1], masks[-2])
