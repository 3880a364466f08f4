"""A worker as the process that conducts the sweep has it: a child with a pipe in and a pipe out."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dlcli
from dlcli.core import dumps
from dlcli.runs import THREAD_VARIABLES

#: Loads the very package that this process runs, wherever it was imported from. With `-P` and `-c` neither the working
#: directory nor a script's folder is on the path of the new process.
_START = """
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
spec = PathFinder.find_spec("dlcli", [sys.argv.pop(1)])
sys.modules["dlcli"] = package = module_from_spec(spec)
spec.loader.exec_module(package)
from dlcli.sweeps.runner.worker import main
main()
"""
_PACKAGE_PARENT = Path(dlcli.__file__).absolute().parent.parent


class WorkerProcess:
    """Starts a worker; it ends when this object is closed or its process does.

    Args:
        folder: of the sweep.
        threads: that each kernel may use.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(_PACKAGE_PARENT), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # started with a closed stderr, this process may have any other file under its number
            stderr=subprocess.DEVNULL if sys.__stderr__ is None else None,
            env=os.environ | {name: str(threads) for name in THREAD_VARIABLES},
            start_new_session=True,  # Ctrl-C on the terminal is not for workers
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self._unread = b""

    def fileno(self) -> int:
        """What becomes readable when there are events."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def send(self, message: Mapping[str, Any]) -> None:
        """Say something to the worker; one that has died does not hear it, and `receive` tells so."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{dumps(message)}\n".encode())
            self.process.stdin.flush()

    def receive(self) -> list[dict[str, Any]]:
        """The events since the last call, without waiting; `{"event": "lost", …}` once, when the worker has ended."""
        chunk = None
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.fileno(), 1 << 16):
                self._unread += chunk
        *lines, self._unread = self._unread.split(b"\n")
        events = [json.loads(line) for line in lines]
        if chunk == b"":
            events.append({"event": "lost", "reason": self._end()})
        return events

    def _end(self) -> str:
        """Why the process has ended."""
        code = self.process.wait()
        if code >= 0:
            return f"its worker ended with exit code {code}"
        name = signal.Signals(-code).name
        return f"its worker was ended by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")

    def close(self) -> None:
        """End the worker, whatever it does."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
