"""Every convolutional architecture overfits a batch, and its gradients pass a numerical check."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import no_grad
from dlcli.core import registry
from dlcli.nn import Arena, Graph, check_model
from dlcli.optim import Adam

CLASSES = 10
#: architecture -> (input shape, options); small enough for every run of the tests
SMALL: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "lenet5": ((28, 28, 1), {}),
    "inception_small": ((28, 28, 1), {"width_multiplier": 0.25}),
    "mobilenet_small": ((28, 28, 1), {"width_multiplier": 0.5}),
    "resnet20": ((28, 28, 1), {}),
    "vgg_small": ((28, 28, 1), {"filters": [16, 32]}),
}
LARGE: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "alexnet": ((63, 63, 3), {"local_response_norm": True}),
    "googlenet": ((64, 64, 3), {}),
    "mobilenet": ((64, 64, 3), {}),
    "network_in_network": ((32, 32, 3), {}),
    "resnet18": ((64, 64, 3), {}),
    "resnet32": ((32, 32, 3), {"shortcut": "identity"}),
    "resnet34": ((64, 64, 3), {}),
    "resnet50": ((64, 64, 3), {}),
    "resnet56": ((32, 32, 3), {}),
    "vgg11": ((32, 32, 3), {}),
    "vgg16": ((32, 32, 3), {"batch_norm": True}),
    "vgg19": ((32, 32, 3), {"batch_norm": True}),
}
EVERY = [*SMALL, *(pytest.param(name, marks=pytest.mark.slow) for name in LARGE)]
#: architectures with few layers, whose gradient check takes less than a second
SHALLOW = ("lenet5", "vgg_small")
BATCH_SIZE = 8


def test_every_convolutional_architecture_is_listed() -> None:
    modules = {
        name: sys.modules[registry.lookup("architecture", name).__module__] for name in registry.names("architecture")
    }
    assert {name for name, module in modules.items() if hasattr(module, "image_size")} == {*SMALL, *LARGE}


def batch(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    return generator.standard_normal((BATCH_SIZE, *shape)), generator.integers(0, CLASSES, BATCH_SIZE)


def total_loss(graph: Graph, x: np.ndarray, y: np.ndarray) -> Any:
    outputs = graph.compute(x)
    loss = ops.softmax_cross_entropy(outputs[graph.output_name], y)
    for name, weight in graph.auxiliary.items():
        loss = loss + weight * ops.softmax_cross_entropy(outputs[name], y)
    return loss


@pytest.mark.parametrize("name", EVERY)
def test_overfits_a_batch(graph_of: Callable[..., Graph], name: str) -> None:
    """The training error in evaluation mode, with moving averages and without dropout, goes to 0."""
    shape, options = (SMALL | LARGE)[name]
    graph = graph_of(name, shape, CLASSES, **options)
    x, y = batch(shape)
    x = x.astype(np.float32)
    arena, optimizer = Arena(graph.parameters()), Adam(learning_rate=1e-3)
    optimizer.setup(arena)
    for step in range(1, 301):
        graph.train()
        arena.zero_grad()
        total_loss(graph, x, y).backward()
        optimizer.step(arena, optimizer.learning_rate)
        if step % 10 == 0 and errors(graph, x, y) == 0:
            return
    pytest.fail(f"{errors(graph, x, y)} of {BATCH_SIZE} predictions are wrong after {step} steps")


def errors(graph: Graph, x: np.ndarray, y: np.ndarray) -> int:
    graph.eval()
    with no_grad():
        return int((graph.forward(x).data.argmax(1) != y).sum())


@pytest.mark.parametrize(
    "name", [*SHALLOW, *(pytest.param(it, marks=pytest.mark.slow) for it in {**SMALL, **LARGE} if it not in SHALLOW)]
)
def test_gradients_along_random_directions(graph_of: Callable[..., Graph], name: str) -> None:
    """In training mode, with fixed dropout masks, including the auxiliary outputs."""
    shape, options = (SMALL | LARGE)[name]
    graph = graph_of(name, shape, CLASSES, dtype=np.float64, **options)
    x, y = batch(shape)
    checks = check_model(
        graph,
        lambda outputs: ops.softmax_cross_entropy(outputs, y),
        x,
        along_directions=True,
        generator=np.random.default_rng(0),
    )
    assert {check.parameter for check in checks} == set(graph.parameters())
    assert not [(check.parameter, check.relative_error) for check in checks if not check.passed()]
