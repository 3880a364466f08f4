"""Convolutional networks, each next to its twin in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.workload import Step, Workload
from dlcli import ops
from dlcli.assembly import create_layer
from dlcli.autograd import Tensor, no_grad
from dlcli.core import Generators, registry
from dlcli.nn import Arena, Graph, Parameter, with_names
from dlcli.optim import SGD, Adam, Optimizer

SAME = ((1, 1), (1, 1))


def parameter(*shape: int, fan_in: int = 0) -> Parameter:
    """He-normal weights, or zeros without a fan-in."""
    generator = np.random.default_rng(sum(shape))
    values = generator.standard_normal(shape) * np.sqrt(2 / fan_in) if fan_in else np.zeros(shape)
    return Parameter(values.astype(np.float32))


def filters(size: int, channels: int, count: int) -> Parameter:
    return parameter(size, size, channels, count, fan_in=size * size * channels)


def images(batch: int, size: int, channels: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((batch, size, size, channels)).astype(np.float32)


def labels(batch: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 10, batch)


def training_step(parameters: Sequence[Parameter], optimizer: Optimizer, loss: Callable[[], Tensor]) -> Step:
    """Clear the gradients, go forward and back, update: what the trainer does with a batch."""
    arena = Arena({str(index): parameter for index, parameter in enumerate(parameters)})
    optimizer.setup(arena)

    def step() -> None:
        arena.zero_grad()
        loss().backward()
        optimizer.step(arena, optimizer.learning_rate)

    return step


def architecture(name: str, size: int, channels: int) -> Graph:
    """A network for ten classes of images, as a config with its name builds it."""
    shape = (size, size, channels)
    nodes = with_names(registry.lookup("architecture", name)(shape, 10))
    return Graph.build(nodes, shape, generators=Generators(0), create=create_layer)


def graph_step(network: Graph, optimizer: Optimizer, x: np.ndarray, y: np.ndarray) -> Step:
    parameters = list(network.parameters().values())
    return training_step(parameters, optimizer, lambda: ops.softmax_cross_entropy(network.forward(x), y))


# one convolution


def convolution_ours() -> Step:
    x, weight, bias = Tensor(images(32, 32, 64), requires_grad=True), filters(3, 64, 64), parameter(64)
    grad = images(32, 32, 64)

    def step() -> None:
        x.grad = weight.grad = bias.grad = None
        ops.conv2d(x, weight, bias, padding=SAME).backward(grad)

    return step


def convolution_theirs(channels_last: bool, compiled: bool = False) -> Step:
    import torch

    return convolution_step_torch(torch.nn.Conv2d(64, 64, 3, padding=1), 32, 32, channels_last, compiled)


def convolution_step_torch(layer: Any, batch: int, size: int, channels_last: bool, compiled: bool) -> Step:
    """Forward and backward of layers that keep the size and the number of channels."""
    import torch

    layout = torch.channels_last if channels_last else torch.contiguous_format
    layer = layer.to(memory_format=layout)
    channels = next(layer.modules() if isinstance(layer, torch.nn.Conv2d) else layer.children()).in_channels
    x = torch.randn(batch, channels, size, size).contiguous(memory_format=layout).requires_grad_()
    grad = torch.randn(batch, channels, size, size).contiguous(memory_format=layout)
    if compiled:
        layer.compile()

    def step() -> None:
        x.grad = None
        layer.zero_grad(set_to_none=True)
        layer(x).backward(grad)

    return step


# one depthwise convolution


def depthwise_ours() -> Step:
    x, weight, bias = Tensor(images(32, 28, 128), requires_grad=True), parameter(3, 3, 1, 128, fan_in=9), parameter(128)
    grad = images(32, 28, 128)

    def step() -> None:
        x.grad = weight.grad = bias.grad = None
        ops.conv2d(x, weight, bias, padding=SAME, groups=128).backward(grad)

    return step


def depthwise_theirs(channels_last: bool, compiled: bool = False) -> Step:
    import torch

    layer = torch.nn.Conv2d(128, 128, 3, padding=1, groups=128)
    return convolution_step_torch(layer, 32, 28, channels_last, compiled)


# a bottleneck's convolutions of one pixel


def pointwise_ours() -> Step:
    narrow, wide = filters(1, 256, 64), filters(1, 64, 256)
    x, grad = Tensor(images(32, 14, 256), requires_grad=True), images(32, 14, 256)

    def step() -> None:
        x.grad = narrow.grad = wide.grad = None
        ops.conv2d(ops.conv2d(x, narrow), wide).backward(grad)

    return step


def pointwise_theirs(channels_last: bool, compiled: bool = False) -> Step:
    import torch

    layers = torch.nn.Sequential(torch.nn.Conv2d(256, 64, 1, bias=False), torch.nn.Conv2d(64, 256, 1, bias=False))
    return convolution_step_torch(layers, 32, 14, channels_last, compiled)


# LeNet-5


def lenet_torch() -> Any:
    from torch import nn

    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def lenet_ours() -> Step:
    network, x, y = architecture("lenet5", 28, 1), images(64, 28, 1), labels(64)
    return graph_step(network, Adam(learning_rate=1e-3), x, y)


def lenet_theirs(channels_last: bool, compiled: bool = False) -> Step:
    return training_step_torch(lenet_torch(), "adam", 64, 28, 1, channels_last, compiled)


def inference_ours() -> Step:
    network, x = architecture("lenet5", 28, 1), images(1, 28, 1)
    network.eval()

    def step() -> np.ndarray:
        with no_grad():
            return network.forward(x).data

    return step


def inference_theirs(channels_last: bool, compiled: bool = False) -> Step:
    import torch

    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = lenet_torch().to(memory_format=layout).eval()
    if compiled:
        network.compile()
    x = torch.randn(1, 1, 28, 28).contiguous(memory_format=layout)

    def step() -> Any:
        with torch.inference_mode():
            return network(x)

    return step


# ResNet-20


def resnet_ours() -> Step:
    network, x, y = architecture("resnet20", 32, 3), images(64, 32, 3), labels(64)
    return graph_step(network, SGD(learning_rate=0.1, momentum=0.9), x, y)


def resnet_torch() -> Any:
    from torch import nn

    def convolution(size: int, channels: int, count: int, stride: int) -> Any:
        return nn.Sequential(nn.Conv2d(channels, count, size, stride, size // 2, bias=False), nn.BatchNorm2d(count))

    class Block(nn.Module):
        def __init__(self, channels: int, count: int, stride: int) -> None:
            super().__init__()
            self.first, self.second = convolution(3, channels, count, stride), convolution(3, count, count, 1)
            self.shortcut = convolution(1, channels, count, stride) if channels != count else nn.Identity()
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x: Any) -> Any:
            return self.relu(self.second(self.relu(self.first(x))) + self.shortcut(x))

    blocks: list[Any] = []
    channels = 16
    for count, stride in [(16, 1)] * 3 + [(32, 2)] + [(32, 1)] * 2 + [(64, 2)] + [(64, 1)] * 2:
        blocks.append(Block(channels, count, stride))
        channels = count
    return nn.Sequential(
        *(convolution(3, 3, 16, 1), nn.ReLU(inplace=True), *blocks),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)),
    )


def resnet_theirs(channels_last: bool, compiled: bool = False) -> Step:
    return training_step_torch(resnet_torch(), "sgd", 64, 32, 3, channels_last, compiled)


# a block as in VGG


def vgg_ours() -> Step:
    weights = [filters(3, 3, 64), filters(3, 64, 64), filters(3, 64, 128), filters(3, 128, 128)]
    biases = [parameter(weight.shape[3]) for weight in weights]
    head = [parameter(128, 10, fan_in=128), parameter(10)]
    x, y = images(32, 32, 3), labels(32)

    def loss() -> Tensor:
        features: Tensor | np.ndarray = x
        for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            features = ops.conv2d(features, weight, bias, padding=SAME, relu=True)
            if index == 1:
                features = ops.max_pool2d(features, window=(2, 2), stride=(2, 2))
        return ops.softmax_cross_entropy(ops.linear(ops.global_average_pool2d(features), *head), y)

    return training_step([*weights, *biases, *head], SGD(learning_rate=0.01, momentum=0.9), loss)


def vgg_theirs(channels_last: bool, compiled: bool = False) -> Step:
    from torch import nn

    network = nn.Sequential(
        *(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(128, 128, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10)),
    )
    return training_step_torch(network, "sgd", 32, 32, 3, channels_last, compiled)


def training_step_torch(
    network: Any, optimizer_name: str, batch: int, size: int, channels: int, channels_last: bool, compiled: bool
) -> Step:
    import torch

    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = network.to(memory_format=layout)
    if compiled:
        network.compile()
    if optimizer_name == "adam":
        optimizer: Any = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    else:
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, fused=True)
    x = torch.from_numpy(images(batch, size, channels)).permute(0, 3, 1, 2).contiguous(memory_format=layout)
    y = torch.from_numpy(labels(batch))
    loss = torch.nn.CrossEntropyLoss()

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        loss(network(x), y).backward()
        optimizer.step()

    return step


def beside(
    name: str, what: str, bar: float, aim: float, ours: Callable[[], Step], theirs: Callable[..., Step]
) -> Workload:
    """With PyTorch's two layouts of images."""
    return Workload(
        name,
        what,
        bar,
        aim,
        ours,
        {"eager": partial(theirs, False), "channels_last": partial(theirs, True)},
        {"compiled, channels_last": partial(theirs, True, compiled=True)},
    )


WORKLOADS = (
    beside("lenet", "LeNet-5, 28×28, batch 64, Adam", 0.6, 0.3, lenet_ours, lenet_theirs),
    beside("resnet20", "ResNet-20, 32×32, batch 64, SGD with momentum", 0.7, 0.5, resnet_ours, resnet_theirs),
    beside("conv3x3", "one 3×3 convolution 64→64, 32×32, batch 32", 1.0, 0.8, convolution_ours, convolution_theirs),
    beside(
        "depthwise", "one depthwise 3×3 convolution, 28×28×128, batch 32", 1.0, 0.8, depthwise_ours, depthwise_theirs
    ),
    beside("conv1x1", "1×1 convolutions 256→64→256, 14×14, batch 32", 1.0, 0.9, pointwise_ours, pointwise_theirs),
    beside("vgg", "VGG-style block 3→64→64→pool→128→128, 32×32, batch 32", 0.9, 0.7, vgg_ours, vgg_theirs),
    beside("lenet_inference", "LeNet-5, prediction of one example", 0.5, 0.2, inference_ours, inference_theirs),
)
