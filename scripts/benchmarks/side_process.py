"""A process that is told on stdin what to do and answers with numbers: one side of a comparison."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

from benchmarks.commands import THREADS


class SideProcess:
    """One side of a comparison in a separate process, so that thread pools and memory are not shared.

    Args:
        module: Module of this package to run as a program.
        arguments: Arguments of the program.
        kernels: "reference" to disable the native kernels in the process.
    """

    def __init__(self, module: str, *arguments: str, kernels: str = "") -> None:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), THREADS)
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{module}", *arguments],
            cwd=Path(__file__).parents[1],
            env=os.environ | threads | {"DLCLI_KERNELS": kernels},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, request: str | int, patience: float | None = None) -> float:
        """
        Raises:
            RuntimeError: the process died.
            TimeoutError: it did not answer for `patience` seconds, and was ended.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{request}\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], patience)[0]:
            self.process.kill()
            self.process.communicate()
            raise TimeoutError(f"no answer in {patience} s")
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended with {self.process.wait()}")
        return float(line)

    def close(self) -> None:
        self.process.communicate()
