"""A 784-256-128-10 network on Fashion-MNIST: the whole command beside its twin in PyTorch."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks import commands
from benchmarks.commands import Finished
from benchmarks.result import Result

TWIN = "scripts/benchmarks/fashion_mnist_torch.py"


def measure(rounds: int, scratch: Path) -> list[Result]:
    folder = Path(os.environ.get("DLCLI_DATA", "")) / "fashion_mnist"
    if "DLCLI_DATA" not in os.environ or not folder.is_dir():
        return [Result("fashion-mnist", None, note="left out: no $DLCLI_DATA/fashion_mnist")]

    def ours() -> Finished:
        return commands.train("mlp_fashion_mnist", scratch)

    def twin() -> Finished:
        return commands.run(TWIN, str(folder))

    if not commands.installed("torch"):
        (runs,) = commands.interleaved(rounds, ours)
        accuracy = runs[0].document["metrics"]["test/accuracy"]
        return [
            Result("fashion-mnist, whole command", commands.median_seconds(runs), "s"),
            Result("fashion-mnist, test accuracy", accuracy, comparison=">=", bar=0.875),
        ]
    runs, twins = commands.interleaved(rounds, ours, twin)
    seconds, twin_seconds = commands.median_seconds(runs), commands.median_seconds(twins)
    accuracies = [one[0].document["metrics"]["test/accuracy"] for one in (runs, twins)]
    return [
        Result("fashion-mnist, whole command", seconds, "s", beside={"PyTorch": twin_seconds}),
        Result("fashion-mnist, time ÷ PyTorch's", seconds / twin_seconds, bar=1.0),
        Result(
            "fashion-mnist, test accuracy",
            accuracies[0],
            comparison=">=",
            bar=0.875,
            beside={"PyTorch": accuracies[1]},
        ),
    ]
