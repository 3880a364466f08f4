"""How long `dlcli --help` takes."""

from __future__ import annotations

from pathlib import Path

from benchmarks import commands
from benchmarks.result import Result

RUNS_PER_ROUND = 5


def measure(rounds: int, _scratch: Path) -> list[Result]:
    commands.run("-m", "dlcli", "--help")  # the first one compiles
    (runs,) = commands.interleaved(rounds * RUNS_PER_ROUND, lambda: commands.run("-m", "dlcli", "--help"))
    return [Result("dlcli --help", commands.median_seconds(runs), "s", bar=0.3)]
