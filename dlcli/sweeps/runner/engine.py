"""What trains the jobs of a sweep: workers that are started once and train one job after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from dlcli.core import DlcliError
from dlcli.sweeps.runner.job import Job

#: what a worker says of a job, by its name: `started`, `epoch`, `ended`, and `lost` when the worker is gone
Event = Mapping[str, Any]

#: seconds that the workers are listened to before a request to stop is looked for
POLL_SECONDS = 0.2
#: so many workers one after the other may be lost before they can work
MAX_STARTUP_FAILURES = 3


def outcome_of(event: Event) -> dict[str, Any]:
    """How a job ended, from what the worker said of it."""
    return {key: value for key, value in event.items() if key not in {"event", "job"}}


class WorkerError(DlcliError):
    """No worker can do anything (exit 1)."""

    kind = "worker"
    default_code = "worker_failed"


class Worker(Protocol):
    """The end of a conversation with a worker."""

    def send(self, message: Mapping[str, Any]) -> None:
        """Say something; a worker that is gone does not hear it."""

    def close(self) -> None:
        """End the worker, whatever it does."""


class Engine:
    """Base of the engines: which worker trains what, and a new worker in the place of one that is lost.

    Where the workers run is the engine's own: `_begin` starts one, `_receive` hears all of them.

    Args:
        workers: how many work side by side.
    """

    def __init__(self, workers: int) -> None:
        self._beginning: list[Worker] = [self._begin() for _ in range(workers)]
        self._idle: list[Worker] = []
        self._busy: dict[str, Worker] = {}
        self._stillborn = 0  # workers that were lost before they could work, since the last one that could

    def _begin(self) -> Worker:
        """Start a worker."""
        raise NotImplementedError

    def _receive(self, timeout: float) -> Iterable[tuple[Worker, Event]]:
        """What the workers have said; waits at most `timeout` seconds for the first of them."""
        raise NotImplementedError

    @property
    def workers(self) -> int:
        """How many work side by side."""
        return len(self._beginning) + len(self._idle) + len(self._busy)

    @property
    def free(self) -> int:
        """How many workers wait for something to do."""
        return len(self._idle)

    def train(self, job: Job) -> None:
        """Give a job to a free worker."""
        worker = self._idle.pop(0)
        self._busy[job.folder] = worker
        worker.send({"do": "train", "job": job.to_json()})

    def answer(self, job: str, reason: str | None) -> None:
        """Answer an epoch that waits: why the trial is to end, or None to go on."""
        self._busy[job].send({"do": "answer", "reason": reason})

    def events(self, timeout: float) -> list[Event]:
        """What the workers have said of their jobs; waits at most `timeout` seconds for the first of them.

        Raises:
            WorkerError: no worker can begin.
        """
        return [of_job for worker, event in self._receive(timeout) for of_job in self._handle_event(worker, event)]

    def stop(self) -> None:
        """Ask every worker to write a checkpoint and to end its job as interrupted."""
        for worker in self._busy.values():
            worker.send({"do": "stop"})

    def close(self) -> None:
        """End all workers, whatever they do."""
        for worker in (*self._beginning, *self._idle, *self._busy.values()):
            worker.close()

    def _handle_event(self, worker: Worker, event: Event) -> list[Event]:
        match event["event"]:
            case "ready":
                self._beginning.remove(worker)
                self._idle.append(worker)
                self._stillborn = 0
                return []
            case "unable":
                raise WorkerError(f"the workers cannot begin: {event['reason']}")
            case "lost":
                return self._replace(worker, event["reason"])
            case "ended":
                self._idle.append(self._busy.pop(event["job"]))
        return [event]

    def _replace(self, worker: Worker, reason: str) -> list[Event]:
        """Put a new worker in the place of one that is gone; its job is lost."""
        if worker in self._beginning:
            self._stillborn += 1
            if self._stillborn > MAX_STARTUP_FAILURES:
                raise WorkerError(f"a worker cannot begin: {reason}")
        worker.close()
        lost = [job for job, busy in self._busy.items() if busy is worker]
        for job in lost:
            del self._busy[job]
        self._idle = [idle for idle in self._idle if idle is not worker]
        self._beginning = [self._begin(), *(other for other in self._beginning if other is not worker)]
        return [{"event": "lost", "job": job, "reason": reason} for job in lost]
