"""Two networks on Fashion-MNIST, 784-256-128-10 and LeNet-5: the whole command next to its twin in PyTorch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import commands
from benchmarks.commands import Finished
from benchmarks.result import Result

TWIN = "scripts/benchmarks/fashion_mnist_torch.py"


@dataclass(frozen=True)
class Network:
    """
    Args:
        name: Name in the PyTorch script; the config is `<name>_fashion_mnist`.
        accuracy: Test accuracy that must be reached.
        ratio: Maximum ratio to the time of the PyTorch script.
    """

    name: str
    accuracy: float
    ratio: float


def measure(network: Network, rounds: int, scratch: Path) -> list[Result]:
    name = f"fashion-mnist {network.name}"
    folder = Path(os.environ.get("DLCLI_DATA", "")) / "fashion_mnist"
    if "DLCLI_DATA" not in os.environ or not folder.is_dir():
        return [Result(name, None, note="left out: no $DLCLI_DATA/fashion_mnist")]

    def ours() -> Finished:
        return commands.train(f"{network.name}_fashion_mnist", scratch)

    def twin() -> Finished:
        return commands.run(TWIN, network.name, str(folder))

    if not commands.installed("torch"):
        (runs,) = commands.interleaved(rounds, ours)
        accuracy = runs[0].document["metrics"]["test/accuracy"]
        return [
            Result(f"{name}, whole command", commands.median_seconds(runs), "s"),
            Result(f"{name}, test accuracy", accuracy, comparison=">=", bar=network.accuracy),
        ]
    runs, twins = commands.interleaved(rounds, ours, twin)
    seconds, twin_seconds = commands.median_seconds(runs), commands.median_seconds(twins)
    accuracies = [one[0].document["metrics"]["test/accuracy"] for one in (runs, twins)]
    return [
        Result(f"{name}, whole command", seconds, "s", beside={"PyTorch": twin_seconds}),
        Result(f"{name}, time ÷ PyTorch's", seconds / twin_seconds, bar=network.ratio),
        Result(
            f"{name}, test accuracy",
            accuracies[0],
            comparison=">=",
            bar=network.accuracy,
            beside={"PyTorch": accuracies[1]},
        ),
    ]


MEASUREMENTS = {
    f"{network.name}_fashion_mnist": partial(measure, network)
    for network in (Network("mlp", 0.875, 1.0), Network("lenet", 0.89, 0.6))
}
