"""Worker process, as a child of the process that runs the sweep, connected by two pipes."""

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

#: Program that imports the same package as this process, wherever it was imported from. With `-P` and `-c`, neither the
#: working directory nor the folder of a script is on the import path of the new process.
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
    """Worker process, which runs until this object is closed or the parent process ends.

    Args:
        folder: Folder of the sweep.
        threads: Number of threads of each kernel.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(_PACKAGE_PARENT), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # if this process was started with a closed stderr, descriptor 2 may be any other file
            stderr=subprocess.DEVNULL if sys.__stderr__ is None else None,
            env=os.environ | {name: str(threads) for name in THREAD_VARIABLES},
            start_new_session=True,  # workers do not receive Ctrl-C from the terminal
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self._unread = b""

    def fileno(self) -> int:
        """Return the file descriptor that becomes readable when there are events."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; it is dropped if the worker has died, which `receive` reports."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{dumps(message)}\n".encode())
            self.process.stdin.flush()

    def receive(self) -> list[dict[str, Any]]:
        """Return the events since the last call without waiting; one `{"event": "lost", …}` once the process ended."""
        chunk = None
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.fileno(), 1 << 16):
                self._unread += chunk
        *lines, self._unread = self._unread.split(b"\n")
        events = [json.loads(line) for line in lines]
        if chunk == b"":
            events.append({"event": "lost", "reason": self._exit_reason()})
        return events

    def _exit_reason(self) -> str:
        """Return the reason why the process has ended."""
        code = self.process.wait()
        if code >= 0:
            return f"its worker ended with exit code {code}"
        name = signal.Signals(-code).name
        return f"its worker was ended by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")

    def close(self) -> None:
        """Kill the worker."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
