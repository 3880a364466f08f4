"""Gradients with respect to the states of recurrent layers, to detect vanishing and exploding gradients over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from dlcli.autograd import Tensor
from dlcli.core import node_of
from dlcli.nn.graph import Graph, Inputs, Lengths
from dlcli.nn.layers.recurrent import Recurrent

#: zeros that are added to the states of a cell after a step, (N, H) each, to obtain their gradients
Probe = tuple[Tensor, ...]


def state_gradients(
    graph: Graph, loss: Callable[[Tensor], Tensor], inputs: Inputs, lengths: Lengths = None
) -> dict[str, np.ndarray]:
    """Return the norm of `∂L/∂s_t` for each example, where s_t are all states of a cell after step t (LSTM: h and c).

    Args:
        graph: Model with recurrent layers, in the mode to analyze.
        loss: Function from the model's outputs to the scalar L, a mean over the examples.
        inputs: Batch of inputs, (N, T, …), or of each input by name.
        lengths: Number of steps of each sequence without padding, (N,), or by time axis; None without padding.

    Returns:
        Norms (N, K) for each `<node>.<cell>`, indexed by the distance to the last step that the cell processes, from 0;
        K is the length of the longest sequence, and NaN marks steps that a shorter sequence does not have.
    """
    with _probed(graph) as probes:
        loss(graph.forward(inputs, lengths, on_output=lambda *_: None)).backward()  # without fusion
    norms_by_cell = {}
    for name, cell_probes in probes.items():
        squares = np.stack([sum(map(_squares, step)) for step in cell_probes], axis=1)  # (N, T), in processing order
        count, steps = squares.shape
        own_lengths = graph.lengths_of(node_of(name), lengths)
        real = np.full(count, steps) if own_lengths is None else own_lengths
        # padding comes last in the forward direction and first in reverse; this is the last step without padding
        last = np.full(count, steps - 1) if name.endswith("_reverse") else real - 1
        distances = np.arange(steps)[: real.max()]
        norms = count * np.sqrt(np.take_along_axis(squares, np.maximum(last[:, None] - distances, 0), axis=1))
        norms_by_cell[name] = np.where(distances < real[:, None], norms, np.nan)
    return norms_by_cell


def _squares(probe: Tensor) -> np.ndarray:
    """Return the squared norm of each example's gradient, (N,); zeros if the loss does not depend on the states."""
    grad = np.zeros(probe.shape) if probe.grad is None else probe.grad
    squares: np.ndarray = np.square(grad, dtype=np.float64).sum(axis=1)
    return squares


@contextmanager
def _probed(graph: Graph) -> Iterator[dict[str, list[Probe]]]:
    """Add zeros to all states of the recurrent layers and collect them: their gradients are those of the states."""
    probes: dict[str, list[Probe]] = {}

    def probe_node(node: str) -> Callable[[str, tuple[Tensor, ...]], tuple[Tensor, ...]]:
        def on_step(cell: str, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            zeros = tuple(Tensor(np.zeros_like(state.data), requires_grad=True) for state in states)
            probes.setdefault(f"{node}.{cell}", []).append(zeros)
            return tuple(state + zero for state, zero in zip(states, zeros, strict=True))

        return on_step

    recurrent = {name: layer for name, layer in graph.layers.items() if isinstance(layer, Recurrent)}
    for name, layer in recurrent.items():
        layer.on_step = probe_node(name)
    try:
        yield probes
    finally:
        for layer in recurrent.values():
            layer.on_step = None
