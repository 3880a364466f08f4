"""Worker: a process that trains one job after the other, started by `WorkerProcess` with the folder of the sweep.

It reads messages from stdin and writes events to stdout, one JSON object per line. When stdin ends, the process that
runs the sweep is gone, and the worker exits at once, so that no run is trained by two processes.

| Message | Meaning |
|---|---|
| `{"do": "train", …}` | train a `Job` |
| `{"do": "answer", "reason": …}` | pruning decision after an epoch: the reason to end the trial, or null to continue |
| `{"do": "stop"}` | write a checkpoint and end the job |
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from dlcli.core import DlcliError, RunInterruptedError, dumps
from dlcli.core.library_warnings import show_warning


class Pipe:
    """Worker's side of the connection to the process that runs the sweep.

    Args:
        messages: Stream of incoming messages.
        events: Stream of outgoing events.
    """

    def __init__(self, messages: IO[bytes], events: IO[bytes]) -> None:
        self._messages = messages
        self._events = events
        self.jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stops = False
        self.is_busy = False
        threading.Thread(target=self._receive, daemon=True).start()

    def send(self, event: Mapping[str, Any]) -> None:
        """Send an event."""
        self._events.write(f"{dumps(event)}\n".encode())
        self._events.flush()

    def pruning_decision(self) -> str | None:
        """Wait for the pruning decision after an epoch.

        Raises:
            RunInterruptedError: The job was stopped meanwhile.
        """
        while True:
            try:
                # The timeout lets the loop notice a stop that arrives while waiting.
                return self._answers.get(timeout=0.05)
            except queue.Empty:
                if self._stops:
                    raise RunInterruptedError("stopped with the sweep", signal_number=signal.SIGTERM) from None

    def stop(self, number: int, _frame: object) -> None:
        """Handle SIGTERM outside of training loops, such as while data is read or a model is evaluated.

        Raises:
            RunInterruptedError: A job is running.
        """
        if self.is_busy:
            raise RunInterruptedError("stopped with the sweep", signal_number=number)

    def _receive(self) -> None:
        # In a separate thread, since the main thread trains and must still be interrupted by a stop.
        for line in self._messages:
            message = json.loads(line)
            if message["do"] == "train":
                self._stops = False
                self.jobs.put(message["job"])
            elif message["do"] == "answer":
                self._answers.put(message["reason"])
            else:
                self._stops = True
                os.kill(os.getpid(), signal.SIGTERM)  # a training loop saves and ends at its next step
        # stdin has ended. `sys.exit` would end only this thread, and the main thread would continue a training whose
        # result cannot be delivered.
        os._exit(1)


def main() -> None:
    """Train jobs until stdin ends."""
    messages = os.fdopen(sys.stdin.fileno(), "rb", buffering=0)  # unbuffered: a thread blocks in it at exit
    # Events use a copy of stdout; the original is redirected to stderr, so that output of libraries is not an event.
    pipe = Pipe(messages, os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    warnings.showwarning = show_warning  # escapes names from files before they reach the terminal
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the process that runs the sweep
    signal.signal(signal.SIGTERM, pipe.stop)

    from dlcli.sweeps.runner.job import Job
    from dlcli.sweeps.runner.job_trainer import JobTrainer
    from dlcli.sweeps.runner.sweep_folder import SweepFolder

    try:
        trainer = JobTrainer(SweepFolder(Path(sys.argv[1])))
    except DlcliError as error:
        pipe.send({"event": "unable", "reason": str(error)})
        return
    pipe.send({"event": "ready", "process": os.getpid()})
    while True:
        pipe.is_busy = False
        job = Job(**pipe.jobs.get())
        pipe.is_busy = True
        pipe.send(trainer.train(job, pipe))
