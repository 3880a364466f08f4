"""A worker: a process that trains one job after the other; `WorkerProcess` starts it with the sweep's folder.

It reads messages from stdin and writes events to stdout, one JSON object a line. When stdin ends, the process that
conducts the sweep is gone, and the worker ends at once, as if it had been killed with it: nobody trains a run twice.

| message | means |
|---|---|
| `{"do": "train", …}` | a `Job` |
| `{"do": "answer", "reason": …}` | the verdict on an epoch: why the trial is to end, or null to go on |
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
    """A worker's end of the conversation.

    Args:
        messages: what is read.
        events: what is written.
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
        self._events.write(f"{dumps(event)}\n".encode())
        self._events.flush()

    def pruning_decision(self) -> str | None:
        """Wait for the answer to an epoch.

        Raises:
            RunInterruptedError: the job is to stop instead.
        """
        while True:
            try:
                # with a timeout, to notice a stop that arrives while waiting
                return self._answers.get(timeout=0.05)
            except queue.Empty:
                if self._stops:
                    raise RunInterruptedError("stopped with the sweep", signal_number=signal.SIGTERM) from None

    def stop(self, number: int, _frame: object) -> None:
        """What SIGTERM does where no training loop heeds it: while data is read, or a model is measured.

        Raises:
            RunInterruptedError: a job is under way.
        """
        if self.is_busy:
            raise RunInterruptedError("stopped with the sweep", signal_number=number)

    def _receive(self) -> None:
        # A thread of its own, since the main thread is busy training and must still hear that it should stop.
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
        # stdin has ended. No cleanup: `sys.exit` in a thread would end the thread only, and a training that continued
        # would be one that nobody waits for.
        os._exit(1)


def main() -> None:
    """Train what is asked for until nothing more is."""
    messages = os.fdopen(sys.stdin.fileno(), "rb", buffering=0)  # a thread waits in it when the process ends
    # A copy of stdout is for events alone; the original is pointed at stderr.
    pipe = Pipe(messages, os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no event
    warnings.showwarning = show_warning  # to the terminal of the process that conducts, with names from files in it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that conducts; it says what to do
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
