"""Small graphs from compact descriptions, and PyTorch's twins of recurrent layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dlcli.nn  # noqa: F401 - registers the layers
from dlcli.core import Generators, registry
from dlcli.nn import Graph, Layer, Node, Recurrent, with_names


def create(node: Node) -> Layer:
    layer: Layer = registry.lookup("layer", node.type)(**node.options)
    return layer


@pytest.fixture(scope="session")
def graph_of() -> Callable[..., Graph]:
    """Return `graph_of(inputs, *nodes)`, which builds a graph from nodes, names of layers, or (name, options) pairs."""

    def build(
        inputs: tuple[int, ...] | dict[str, tuple[int, ...]],
        *entries: Node | str | tuple[str, dict[str, Any]],
        seed: int = 0,
        outputs: str | dict[str, str] | None = None,
        time_axes: dict[str, str | None] | None = None,
        dtype: type[np.floating[Any]] = np.float32,
    ) -> Graph:
        nodes = [
            entry if isinstance(entry, Node) else Node("", entry) if isinstance(entry, str) else Node("", *entry)
            for entry in entries
        ]
        return Graph.build(
            with_names(nodes),
            inputs,
            generators=Generators(seed),
            create=create,
            outputs=outputs,
            time_axes=time_axes,
            dtype=dtype,
        )

    return build


@pytest.fixture(scope="session")
def torch_twin() -> Callable[[Recurrent], tuple[Any, Callable[[], dict[str, np.ndarray]]]]:
    """Return `torch_twin(layer)`: PyTorch's layer with the same weights, and a function for the gradients by our names.

    PyTorch stores weights transposed, and has a second bias.
    """
    torch = pytest.importorskip("torch")
    kinds = {
        "input_weight": "weight_ih",
        "recurrent_weight": "weight_hh",
        "bias": "bias_ih",
        "candidate_bias": "bias_hh",
    }

    def twin_of(layer: Recurrent) -> tuple[Any, Callable[[], dict[str, np.ndarray]]]:
        parameters = layer.parameters()
        weight = parameters["layer_1.input_weight"].data
        twin = getattr(torch.nn, type(layer).__name__)(
            len(weight),
            layer.units,
            num_layers=layer.layers,
            bidirectional=len(layer.directions) == 2,
            batch_first=True,
            dtype=torch.from_numpy(weight).dtype,
        )

        def counterpart(name: str) -> Any:
            cell, _, kind = name.rpartition(".")
            place = f"l{int(cell.split('_')[1]) - 1}{'_reverse' if cell.endswith('reverse') else ''}"
            return getattr(twin, f"{kinds[kind]}_{place}")

        def own_part(name: str, array: Any) -> Any:
            return array[2 * layer.units :] if name.endswith("candidate_bias") else array

        for name, array in twin.named_parameters():
            if name.startswith("bias_hh"):
                array.data[:] = 0
        for name, parameter in parameters.items():
            own_part(name, counterpart(name).data)[:] = torch.from_numpy(parameter.data.T)
        return twin, lambda: {name: own_part(name, counterpart(name).grad.numpy().T) for name in parameters}

    return twin_of
