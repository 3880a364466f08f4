"""Architectures as graphs, and their comparison with equal networks in PyTorch that have the same weights."""

from __future__ import annotations

import functools
import hashlib
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import dlcli.components  # noqa: F401 - registers the layers and architectures
from dlcli.assembly import create_layer
from dlcli.autograd import Tensor
from dlcli.core import Generators, registry
from dlcli.nn import Graph, Node, with_names
from dlcli.nn.torch_weights import from_torch

Shape = tuple[int, ...]


@pytest.fixture
def graph_of() -> Callable[..., Graph]:
    """Return `graph_of(name, input_shape, output_units, **options)`, which builds an architecture."""
    return build


@pytest.fixture
def parameter_count() -> Callable[..., int]:
    """Return `parameter_count(name, input_shape, output_units, **options)`, which does not draw weights."""

    def count(name: str, input_shape: Shape, output_units: int, **options: Any) -> int:
        zeros = {"initializer": {"name": "zeros"}}
        nodes = [
            replace(node, options=node.options | (zeros if node.type in ("linear", "conv2d") else {}))
            for node in nodes_of(name, input_shape, output_units, **options)
        ]
        return sum(row.parameters for row in graph_from(nodes, input_shape).summary())

    return count


@pytest.fixture
def names_digest() -> Callable[[Any], str]:
    """Return a function that hashes the names and shapes in a torch module's state dict, in order."""

    def digest(module: Any) -> str:
        lines = [f"{name} {list(value.shape)}" for name, value in module.state_dict().items()]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    return digest


@pytest.fixture
def assert_agree() -> Callable[..., None]:
    """Return `assert_agree(graph, twin, batch)`, which compares outputs and gradients in both modes."""
    return agree


def nodes_of(name: str, input_shape: Shape, output_units: int, **options: Any) -> list[Node]:
    return with_names(registry.lookup("architecture", name)(input_shape, output_units, **options))


def build(
    name: str, input_shape: Shape, output_units: int = 10, *, dtype: Any = np.float32, seed: int = 0, **options: Any
) -> Graph:
    return graph_from(nodes_of(name, input_shape, output_units, **options), input_shape, dtype=dtype, seed=seed)


def graph_from(nodes: Sequence[Node], input_shape: Shape, *, dtype: Any = np.float32, seed: int = 0) -> Graph:
    return Graph.build(nodes, input_shape, generators=Generators(seed), create=create_layer, dtype=dtype)


def agree(graph: Graph, twin: Any, batch: int = 4) -> None:
    """Compare a graph with a torch module of the same architecture, after setting random weights and statistics.

    Outputs must agree within 1e-4 in float32, in evaluation and in training; outputs, gradients and moving averages
    within 1e-8 in float64. Gradients in float32 are not compared: where two inputs of a maximum differ only by
    rounding, the two networks may send the gradient to different ones.

    Args:
        graph: Graph in float32, without dropout.
        twin: Torch module; in training, its result may be a tuple of the output and the auxiliary outputs.
        batch: Number of examples.
    """
    import torch

    torch.manual_seed(0)
    with torch.no_grad():
        for name, value in twin.state_dict().items():
            if name.endswith("running_var"):
                value.uniform_(0.5, 1.5)
            elif name.endswith(("running_mean", "bias")):
                value.normal_(0, 0.1)
    copy_weights(twin, graph)
    x = np.random.default_rng(0).standard_normal((batch, *graph.input_shape)).astype(np.float32)
    compare_outputs(graph, twin, x, training=False, tolerance=1e-4)
    compare_outputs(graph, twin, x, training=True, tolerance=1e-4)
    graph.astype(np.float64)
    twin.double()
    copy_weights(twin, graph)  # the moving averages, which have been updated
    ours, theirs = compare_outputs(graph, twin, x.astype(np.float64), training=True, tolerance=1e-8)
    compare_gradients(graph, twin, ours, theirs, tolerance=1e-8)
    averages, _ = from_torch(arrays(twin.state_dict()), graph)
    for name, average in graph.buffers().items():
        np.testing.assert_allclose(average, averages[name], rtol=0, atol=1e-8, err_msg=name)


def arrays(state: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy() for name, value in state.items()}


def copy_weights(twin: Any, graph: Graph) -> None:
    converted, report = from_torch(arrays(twin.state_dict()), graph)
    assert report.complete, str(report)
    graph.load_state_dict(converted)


def compare_outputs(
    graph: Graph, twin: Any, x: np.ndarray, *, training: bool, tolerance: float
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    import torch

    graph.train(training)
    twin.train(training)
    ours = graph.compute(x)
    theirs = twin(torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2))))
    theirs = theirs if isinstance(theirs, tuple) else (theirs,)
    named = dict(zip((graph.output_name, *sorted(graph.auxiliary))[: len(theirs)], theirs, strict=True))
    assert set(ours) == set(named)
    for name, output in named.items():
        np.testing.assert_allclose(ours[name].data, output.detach().numpy(), rtol=0, atol=tolerance, err_msg=name)
    return ours, named


def compare_gradients(
    graph: Graph, twin: Any, ours: Mapping[str, Tensor], theirs: Mapping[str, Any], *, tolerance: float
) -> None:
    """Compare the gradients of a random linear combination of all outputs.

    Args:
        graph: Graph whose parameters are compared.
        twin: Torch module with the same parameters.
        ours: Outputs of the graph by name.
        theirs: Outputs of the torch module by name.
        tolerance: Tolerance relative to the largest element of each gradient.
    """
    import torch

    generator = np.random.default_rng(1)
    directions = {name: generator.standard_normal(output.shape) for name, output in theirs.items()}
    functools.reduce(operator.add, [(ours[name] * it).sum() for name, it in directions.items()]).backward()
    functools.reduce(
        operator.add, [(theirs[name] * torch.from_numpy(it)).sum() for name, it in directions.items()]
    ).backward()
    gradients, _ = from_torch({name: it.grad.numpy() for name, it in twin.named_parameters()}, graph)
    for name, parameter in graph.parameters().items():
        largest = max(np.abs(gradients[name]).max(), 1)
        np.testing.assert_allclose(
            parameter.grad, gradients[name], rtol=0, atol=tolerance * largest, err_msg=f"gradient of {name}"
        )
