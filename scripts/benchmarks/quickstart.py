"""The quickstart as a new user runs it, next to the time of importing PyTorch."""

from __future__ import annotations

from pathlib import Path

from benchmarks import commands
from benchmarks.commands import Finished
from benchmarks.result import Result


def measure(rounds: int, scratch: Path) -> list[Result]:
    def quickstart() -> Finished:
        return commands.train("quickstart", scratch)

    def import_torch() -> Finished:
        return commands.run("-c", "import torch")

    quickstart()  # the first one compiles, and reads from a cold disk
    if commands.installed("torch"):
        import_torch()
        runs, imports = commands.interleaved(rounds, quickstart, import_torch)
        beside = {"import torch": commands.median_seconds(imports)}
    else:
        (runs,) = commands.interleaved(rounds, quickstart)
        beside = {}
    accuracy = runs[0].document["metrics"]["test/accuracy"]
    return [
        Result("quickstart, whole command", commands.median_seconds(runs), "s", bar=4.0, beside=beside),
        Result("quickstart, test accuracy", accuracy, comparison=">=", bar=0.97),
    ]
