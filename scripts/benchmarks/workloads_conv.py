"""Convolutional workloads assembled from Functions, each beside its twin in PyTorch.

Usage: python scripts/benchmarks/workloads_conv.py [NAME …] [--rounds N] [--threads N] [--reference]

Everything is float32. The steps take turns; PyTorch runs with its default layout and with channels_last, and the
faster one counts. Peak memory is that of a process that runs one side alone.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor, no_grad
from dlcli.nn import Arena, Parameter
from dlcli.optim import SGD, Adam, Optimizer

Step = Callable[[], Any]
SAME = ((1, 1), (1, 1))


class Workload(NamedTuple):
    """What is timed, and the ratio to PyTorch's best that is asked for and hoped for."""

    name: str
    bar: float
    aim: float
    ours: Callable[[], Step]
    theirs: Callable[[bool], Step]


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


# one convolution


def convolution_ours() -> Step:
    x, weight, bias = Tensor(images(32, 32, 64), requires_grad=True), filters(3, 64, 64), parameter(64)
    grad = images(32, 32, 64)

    def step() -> None:
        x.grad = weight.grad = bias.grad = None
        ops.conv2d(x, weight, bias, padding=SAME).backward(grad)

    return step


def convolution_theirs(channels_last: bool) -> Step:
    import torch

    layout = torch.channels_last if channels_last else torch.contiguous_format
    convolution = torch.nn.Conv2d(64, 64, 3, padding=1).to(memory_format=layout)
    x = torch.randn(32, 64, 32, 32).contiguous(memory_format=layout).requires_grad_()
    grad = torch.randn(32, 64, 32, 32).contiguous(memory_format=layout)

    def step() -> None:
        x.grad = None
        convolution.zero_grad(set_to_none=True)
        convolution(x).backward(grad)

    return step


# LeNet-5


class LeNet:
    """Two convolutions of 5×5 with pooling, three fully connected layers; ReLU throughout."""

    def __init__(self) -> None:
        self.parameters = [
            *(filters(5, 1, 6), parameter(6), filters(5, 6, 16), parameter(16)),
            *(parameter(400, 120, fan_in=400), parameter(120), parameter(120, 84, fan_in=120), parameter(84)),
            *(parameter(84, 10, fan_in=84), parameter(10)),
        ]

    def __call__(self, x: np.ndarray) -> Tensor:
        w1, b1, w2, b2, w3, b3, w4, b4, w5, b5 = self.parameters
        pool = {"window": (2, 2), "stride": (2, 2)}
        y = ops.max_pool2d(ops.conv2d(x, w1, b1, padding=((2, 2), (2, 2)), relu=True), **pool)
        y = ops.max_pool2d(ops.conv2d(y, w2, b2, relu=True), **pool)
        y = y.reshape(len(x), -1)  # (N, 5, 5, 16) -> (N, 400)
        y = ops.relu(ops.linear(y, w3, b3))
        return ops.linear(ops.relu(ops.linear(y, w4, b4)), w5, b5)


def lenet_torch() -> Any:
    from torch import nn

    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def lenet_ours() -> Step:
    network, x, y = LeNet(), images(64, 28, 1), labels(64)
    return training_step(network.parameters, Adam(learning_rate=1e-3), lambda: ops.softmax_cross_entropy(network(x), y))


def lenet_theirs(channels_last: bool) -> Step:
    return training_step_torch(lenet_torch(), "adam", 64, 28, 1, channels_last)


def inference_ours() -> Step:
    network, x = LeNet(), images(1, 28, 1)

    def step() -> np.ndarray:
        with no_grad():
            return network(x).data

    return step


def inference_theirs(channels_last: bool) -> Step:
    import torch

    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = lenet_torch().to(memory_format=layout).eval()
    x = torch.randn(1, 1, 28, 28).contiguous(memory_format=layout)

    def step() -> Any:
        with torch.inference_mode():
            return network(x)

    return step


# ResNet-20


class ResNet20:
    """Three stages of three residual blocks for 32×32 images (He et al. 2015); 1×1 filters where the size changes."""

    def __init__(self) -> None:
        self.parameters: list[Parameter] = []
        self.stem = self._convolution(3, 3, 16)
        self.blocks = []
        channels = 16
        for count, stride in [(16, 1)] * 3 + [(32, 2)] + [(32, 1)] * 2 + [(64, 2)] + [(64, 1)] * 2:
            first, second = self._convolution(3, channels, count), self._convolution(3, count, count)
            shortcut = self._convolution(1, channels, count) if channels != count else None
            self.blocks.append((first, second, shortcut, stride))
            channels = count
        self.head = (parameter(64, 10, fan_in=64), parameter(10))
        self.parameters += self.head

    def _convolution(self, size: int, channels: int, count: int) -> tuple[Parameter, Parameter, Parameter]:
        """Filters, γ and β."""
        layer = (filters(size, channels, count), Parameter(np.ones(count, np.float32)), parameter(count))
        self.parameters += layer
        return layer

    def __call__(self, x: np.ndarray) -> Tensor:
        weight, gamma, beta = self.stem
        y = ops.batch_norm(ops.conv2d(x, weight, padding=SAME), gamma, beta, epsilon=1e-5, relu=True)
        for first, second, shortcut, stride in self.blocks:
            residual = y
            if shortcut is not None:
                weight, gamma, beta = shortcut
                residual = ops.batch_norm(ops.conv2d(y, weight, stride=(stride, stride)), gamma, beta, epsilon=1e-5)
            weight, gamma, beta = first
            inner = ops.conv2d(y, weight, stride=(stride, stride), padding=SAME)
            inner = ops.batch_norm(inner, gamma, beta, epsilon=1e-5, relu=True)
            weight, gamma, beta = second
            inner = ops.conv2d(inner, weight, padding=SAME)
            y = ops.batch_norm(inner, gamma, beta, residual, epsilon=1e-5, relu=True)
        return ops.linear(ops.global_average_pool2d(y), *self.head)


def resnet_ours() -> Step:
    network, x, y = ResNet20(), images(64, 32, 3), labels(64)
    return training_step(
        network.parameters,
        SGD(learning_rate=0.1, momentum=0.9),
        lambda: ops.softmax_cross_entropy(network(x), y),
    )


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


def resnet_theirs(channels_last: bool) -> Step:
    return training_step_torch(resnet_torch(), "sgd", 64, 32, 3, channels_last)


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


def vgg_theirs(channels_last: bool) -> Step:
    from torch import nn

    network = nn.Sequential(
        *(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(128, 128, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10)),
    )
    return training_step_torch(network, "sgd", 32, 32, 3, channels_last)


def training_step_torch(
    network: Any, optimizer_name: str, batch: int, size: int, channels: int, channels_last: bool
) -> Step:
    import torch

    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = network.to(memory_format=layout)
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


WORKLOADS = (
    Workload("conv3x3", 1.0, 0.8, convolution_ours, convolution_theirs),
    Workload("lenet", 0.6, 0.3, lenet_ours, lenet_theirs),
    Workload("resnet20", 0.7, 0.5, resnet_ours, resnet_theirs),
    Workload("vgg", 0.9, 0.7, vgg_ours, vgg_theirs),
    Workload("lenet_inference", 0.5, 0.2, inference_ours, inference_theirs),
)


def milliseconds(step: Step, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    return (time.perf_counter() - start) / repeats * 1e3


def measure(workload: Workload, rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Median and smallest time of a step in milliseconds, of dlcli and PyTorch in both layouts, taking turns."""
    steps = {"dlcli": workload.ours(), "torch": workload.theirs(False), "torch channels_last": workload.theirs(True)}
    for step in steps.values():
        milliseconds(step, 3)
    repeats = {name: max(1, int(20 / milliseconds(step, 1))) for name, step in steps.items()}
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            times[name].append(milliseconds(step, repeats[name]))
    return {name: statistics.median(each) for name, each in times.items()}, {
        name: min(each) for name, each in times.items()
    }


def peak_memory(name: str, side: str) -> float:
    """Largest resident size, in MiB, of a process that runs ten steps of one side."""
    command = [sys.executable, __file__, name, "--alone", side]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run_alone(workload: Workload, side: str) -> None:
    step = workload.ours() if side == "dlcli" else workload.theirs(side == "torch channels_last")
    for _ in range(10):
        step()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--memory", action="store_true", help="also the peak memory of each side")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    chosen = [workload for workload in WORKLOADS if not arguments.names or workload.name in arguments.names]
    if arguments.alone:
        return run_alone(chosen[0], arguments.alone)

    import torch

    from dlcli import kernels

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    print(f"{kernels.backend()}; torch {torch.__version__}, {torch.get_num_threads()} threads; milliseconds")
    for workload in chosen:
        medians, smallest = measure(workload, arguments.rounds)
        best = min(time for name, time in medians.items() if name != "dlcli")
        least = min(time for name, time in smallest.items() if name != "dlcli")
        figures = " ".join(f"{name} {time:.3f}" for name, time in medians.items())
        print(
            f"{workload.name}: {figures}; ratio {medians['dlcli'] / best:.2f}"
            f" (of smallest {smallest['dlcli'] / least:.2f}), bar {workload.bar}, aim {workload.aim}",
            flush=True,
        )
        if arguments.memory:
            peaks = {side: peak_memory(workload.name, side) for side in medians}
            print("  peak MiB: " + ", ".join(f"{side} {peak:.0f}" for side, peak in peaks.items()))
    return None


if __name__ == "__main__":
    main()
