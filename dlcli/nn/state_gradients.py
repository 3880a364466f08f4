"""How much a loss depends on the states of recurrent layers, step by step: do gradients vanish or explode over time?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from dlcli.autograd import Tensor
from dlcli.nn.graph import Graph
from dlcli.nn.layers.recurrent import Recurrent

#: states of a cell after a step, (N, H) each, to which nothing was added
Probe = tuple[Tensor, ...]


def state_gradients(
    graph: Graph, loss: Callable[[Tensor], Tensor], inputs: np.ndarray, lengths: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """The norm of `∂L/∂s_t` for each example, s_t all that a cell hands on after step t: h, of an LSTM h and c.

    Args:
        graph: a model with recurrent layers, in the mode it is looked at in.
        loss: from the model's outputs to the scalar L, a mean over the examples.
        inputs: (N, T, …), a batch.
        lengths: (N,) how many steps of each sequence are real; None where all are.

    Returns:
        `<node>.<cell>` → (N, K) the norms by how far the step lies before the last one that the cell reads, from 0; K
        is the longest sequence, and NaN stands where one is shorter.
    """
    with _probed(graph) as probes:
        loss(graph.forward(inputs, lengths, on_output=lambda *_: None)).backward()  # no operations joined
    steps = inputs.shape[1]
    real = np.full(len(inputs), steps) if lengths is None else lengths
    found = {}
    for name, of_steps in probes.items():
        squares = np.stack([sum(map(_squares, step)) for step in of_steps], axis=1)  # (N, T) in the order of reading
        # forwards padding comes last, backwards first: the last real step that is read
        last = np.full(len(inputs), steps - 1) if name.endswith("_reverse") else real - 1
        distances = np.arange(steps)[: real.max()]
        norms = len(inputs) * np.sqrt(np.take_along_axis(squares, np.maximum(last[:, None] - distances, 0), axis=1))
        found[name] = np.where(distances < real[:, None], norms, np.nan)
    return found


def _squares(probe: Tensor) -> np.ndarray:
    """(N,) the squared norm of each example's gradient; zeros where nothing depends on it."""
    grad = np.zeros(probe.shape) if probe.grad is None else probe.grad
    squares: np.ndarray = np.square(grad, dtype=np.float64).sum(axis=1)
    return squares


@contextmanager
def _probed(graph: Graph) -> Iterator[dict[str, list[Probe]]]:
    """Zeros are added to all states of the recurrent layers and kept: their gradients are those of the states."""
    probes: dict[str, list[Probe]] = {}

    def watch(node: str) -> Callable[[str, tuple[Tensor, ...]], tuple[Tensor, ...]]:
        def on_step(cell: str, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            added = tuple(Tensor(np.zeros_like(state.data), requires_grad=True) for state in states)
            probes.setdefault(f"{node}.{cell}", []).append(added)
            return tuple(state + probe for state, probe in zip(states, added, strict=True))

        return on_step

    recurrent = {name: layer for name, layer in graph.layers.items() if isinstance(layer, Recurrent)}
    for name, layer in recurrent.items():
        layer.on_step = watch(name)
    try:
        yield probes
    finally:
        for layer in recurrent.values():
            layer.on_step = None
