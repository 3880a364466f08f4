"""Test accuracy on the census income data."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks import commands
from benchmarks.result import Result


def measure(_rounds: int, scratch: Path) -> list[Result]:
    if not (Path(os.environ.get("DLCLI_DATA", "")) / "adult").is_dir():
        return [Result("adult, test accuracy", None, note="left out: no $DLCLI_DATA/adult")]
    finished = commands.train("mlp_adult", scratch)
    return [
        Result("adult, test accuracy", finished.document["metrics"]["test/accuracy"], comparison=">=", bar=0.85),
        Result("adult, whole command", finished.seconds, "s"),
    ]
