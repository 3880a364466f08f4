"""Run a command as a user does, from its start to its end, and time it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
THREADS = "2"


@dataclass(frozen=True)
class Finished:
    """A command that ended well.

    Args:
        seconds: wall time, interpreter start-up included.
        document: the JSON it printed on stdout; empty when it printed none.
    """

    seconds: float
    document: Mapping[str, Any]


def run(*command: str, threads: str = THREADS, folder: Path = ROOT) -> Finished:
    """Run Python with `command`.

    Args:
        command: the arguments.
        threads: that each kernel may use.
        folder: where it is run.

    Raises:
        RuntimeError: it failed; the message has what it wrote on stderr.
    """
    variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr or done.stdout}")
    return Finished(seconds, json.loads(done.stdout) if done.stdout.startswith("{") else {})


def train(config: str, runs: Path) -> Finished:
    """`dlcli train` on a shipped config, its run kept under `runs`."""
    return run("-m", "dlcli", "train", f"configs/{config}.yaml", "--runs-dir", str(runs), "--json", "--quiet")


def interleaved(rounds: int, *measurements: Callable[[], Finished]) -> list[list[Finished]]:
    """Each measurement `rounds` times, taking turns, so that what else the machine does weighs on all alike."""
    turns = [[measure() for measure in measurements] for _ in range(rounds)]
    return [list(column) for column in zip(*turns, strict=True)]


def installed(module: str) -> bool:
    """Whether Python can import `module`."""
    import importlib.util

    return importlib.util.find_spec(module) is not None


def median_seconds(finished: Sequence[Finished]) -> float:
    from statistics import median

    return median(one.seconds for one in finished)
