"""Fully connected networks as a config builds them, each beside its twin in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.workload import Step, Workload
from benchmarks.workloads_conv import labels, training_step
from dlcli import ops
from dlcli.autograd import no_grad
from dlcli.core import Generators
from dlcli.nn import Graph, Node
from dlcli.nn.layers import Linear, ReLU
from dlcli.optim import Adam


def network(sizes: Sequence[int]) -> Graph:
    """784-256-10 and the like: linear layers with ReLU between them."""
    layers = [layer for size in sizes[1:] for layer in (Linear(units=size), ReLU())][:-1]
    nodes = [Node(f"layer_{index}", type(layer).__name__.lower()) for index, layer in enumerate(layers)]
    by_name = {node.name: layer for node, layer in zip(nodes, layers, strict=True)}
    return Graph.build(nodes, (sizes[0],), generators=Generators(0), create=lambda node: by_name[node.name])


def network_torch(sizes: Sequence[int]) -> Any:
    from torch import nn

    layers = [layer for before, after in pairwise(sizes) for layer in (nn.Linear(before, after), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def vectors(batch: int, size: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((batch, size)).astype(np.float32)


def training_ours(sizes: Sequence[int], batch: int) -> Step:
    model, x, y = network(sizes), vectors(batch, sizes[0]), labels(batch)
    parameters = list(model.parameters().values())
    return training_step(parameters, Adam(), lambda: ops.softmax_cross_entropy(model.forward(x), y))


def training_theirs(sizes: Sequence[int], batch: int, *, compiled: bool = False) -> Step:
    import torch

    model, x, y = network_torch(sizes), torch.tensor(vectors(batch, sizes[0])), torch.tensor(labels(batch))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    if compiled:
        model.compile()

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    return step


def inference_ours(sizes: Sequence[int]) -> Step:
    model, x = network(sizes), vectors(1, sizes[0])

    def step() -> np.ndarray:
        with no_grad():
            return model.forward(x).data

    return step


def inference_theirs(sizes: Sequence[int], *, compiled: bool = False) -> Step:
    import torch

    model, x = network_torch(sizes).eval(), torch.tensor(vectors(1, sizes[0]))
    if compiled:
        model.compile()

    def step() -> Any:
        with torch.inference_mode():
            return model(x)

    return step


SMALL, LARGE = (784, 256, 128, 10), (784, 1024, 1024, 10)
WORKLOADS = (
    Workload(
        "mlp",
        "784-256-128-10, batch 64, Adam",
        0.9,
        0.6,
        partial(training_ours, SMALL, 64),
        {"eager": partial(training_theirs, SMALL, 64)},
        {"compiled": partial(training_theirs, SMALL, 64, compiled=True)},
    ),
    Workload(
        "mlp_large",
        "784-1024-1024-10, batch 256, Adam",
        1.0,
        0.9,
        partial(training_ours, LARGE, 256),
        {"eager": partial(training_theirs, LARGE, 256)},
        {"compiled": partial(training_theirs, LARGE, 256, compiled=True)},
    ),
    Workload(
        "mlp_inference",
        "784-256-128-10, one example",
        0.5,
        0.2,
        partial(inference_ours, SMALL),
        {"eager": partial(inference_theirs, SMALL)},
        {"compiled": partial(inference_theirs, SMALL, compiled=True)},
    ),
)
