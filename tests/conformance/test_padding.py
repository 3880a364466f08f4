"""Tokens in the padding of a batch change no bit of a whole model's loss and gradients, with fused layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.core import Generators, registry
from dlcli.data import ClassLabels, TokenLabels
from dlcli.nn import Graph, Node, with_names
from dlcli.tasks import Classification, SequenceLabeling, Task
from dlcli.testing.backends import on_each_backend

TOKENS, CLASSES, STEPS = 7, 3, 6
LENGTHS = np.array([1, STEPS, 4, 2])
NAMES = ClassLabels(tuple("uvw"))
STACKED = {"units": 3, "bidirectional": True, "layers": 2, "dropout": 0.5}
RECURRENT = [(name, options) for name in ("rnn", "gru", "lstm") for options in ({"units": 4}, STACKED)]


def model(*layers: tuple[str, dict[str, Any]], vectors: int = TOKENS) -> Graph:
    """A model on tokens; with many vectors, embedded tokens are multiplied by the weights instead of looked up."""
    described = (("embedding", {"units": 5, "vocabulary_size": vectors}), *layers, ("linear", {"units": CLASSES}))
    return Graph.build(
        with_names(Node("", name, options) for name, options in described),
        (STEPS,),
        generators=Generators(0),
        create=lambda node: registry.lookup("layer", node.type)(**node.options),
    )


def bits(graph: Graph, task: Task, tokens: np.ndarray, targets: np.ndarray) -> list[bytes]:
    """Loss and gradients in training, then outputs and buffers in evaluation."""
    for layer in graph.layers.values():
        layer.generator = np.random.default_rng(1)
    for parameter in graph.parameters().values():
        parameter.grad = None
    graph.train()
    loss = task.loss(graph.forward(tokens, LENGTHS), targets, LENGTHS)
    loss.backward()
    graph.eval()
    predictions, _ = task.pair_predictions(graph.forward(tokens, LENGTHS).data, targets, LENGTHS)
    gradients = [parameter.grad for parameter in graph.parameters().values()]
    arrays = [loss.data, *gradients, *graph.buffers().values(), predictions.form("probabilities")]
    return [(np.asarray(array) + 0.0).tobytes() for array in arrays]  # + 0 removes the sign of zeros


def check(build: Callable[[], Graph], task: Task, targets: np.ndarray) -> None:
    padded = np.arange(STEPS) >= LENGTHS[:, None]
    tokens = np.random.default_rng(2).integers(1, TOKENS, size=padded.shape)
    of_padding = np.random.default_rng(3).integers(TOKENS, size=padded.shape)
    expected = bits(build(), task, np.where(padded, 0, tokens), targets)
    assert expected == bits(build(), task, np.where(padded, of_padding, tokens), targets)


@pytest.mark.parametrize("vectors", [TOKENS, 90], ids=["table", "vectors"])
@pytest.mark.parametrize(("name", "options"), RECURRENT, ids=str)
@pytest.mark.parametrize("pool", ["last_step", "mean_over_time", "max_over_time"])
def test_tokens_in_the_padding_of_texts(name: str, options: dict[str, Any], pool: str, vectors: int) -> None:
    of_pool = {"bidirectional": options.get("bidirectional", False)} if pool == "last_step" else {}
    layers = ((name, options), ("layer_norm", {}), (pool, of_pool))
    targets = np.array([0, 2, 1, 1])
    on_each_backend(lambda: check(lambda: model(*layers, vectors=vectors), Classification(NAMES), targets))


@pytest.mark.parametrize("layers", [
    (("gru", {"units": 4}),),
    (("batch_norm", {}), ("relu", {}), ("lstm", {"units": 3, "bidirectional": True})),
    (("dropout", {"rate": 0.3}), ("spatial_dropout", {"rate": 0.3})),
], ids=lambda layers: "-".join(name for name, _ in layers))  # fmt: skip
def test_tokens_in_the_padding_of_labeled_steps(layers: tuple[tuple[str, dict[str, Any]], ...]) -> None:
    targets = np.random.default_rng(4).integers(CLASSES, size=(len(LENGTHS), STEPS))
    on_each_backend(lambda: check(lambda: model(*layers), SequenceLabeling(TokenLabels(NAMES)), targets))
