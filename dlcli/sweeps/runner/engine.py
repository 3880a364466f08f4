"""Base class of engines, which train the jobs of a sweep in workers that run one job after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from dlcli.core import DlcliError
from dlcli.sweeps.runner.job import Job

#: Message of a worker about a job: `started`, `epoch`, `ended`, or `lost` if the worker is gone.
Event = Mapping[str, Any]

#: Seconds to wait for events before checking for a request to stop.
POLL_SECONDS = 0.2
#: Maximum number of consecutive workers that fail to start.
MAX_STARTUP_FAILURES = 3


def to_outcome(event: Event) -> dict[str, Any]:
    """Return the outcome of a job without the fields that identify the event."""
    return {key: value for key, value in event.items() if key not in {"event", "job"}}


class WorkerError(DlcliError):
    """Failure to start any worker (exit code 1)."""

    kind = "worker"
    default_code = "worker_failed"


class Worker(Protocol):
    """Connection to a worker."""

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; it is dropped if the worker is gone."""

    def close(self) -> None:
        """Kill the worker."""


class Engine:
    """Base class of engines: assigns jobs to workers and replaces workers that are lost.

    Subclasses determine where the workers run: `_start_worker` starts one, `_receive` reads the events of all.

    Args:
        workers: Number of parallel workers.
    """

    def __init__(self, workers: int) -> None:
        self._starting: list[Worker] = [self._start_worker() for _ in range(workers)]
        self._idle: list[Worker] = []
        self._busy: dict[str, Worker] = {}
        self._startup_failures = 0  # since a worker last started successfully

    def _start_worker(self) -> Worker:
        """Start a worker."""
        raise NotImplementedError

    def _receive(self, timeout: float) -> Iterable[tuple[Worker, Event]]:
        """Return the new events of all workers, waiting at most `timeout` seconds for the first."""
        raise NotImplementedError

    @property
    def workers(self) -> int:
        """Number of parallel workers."""
        return len(self._starting) + len(self._idle) + len(self._busy)

    @property
    def free(self) -> int:
        """Number of idle workers."""
        return len(self._idle)

    def train(self, job: Job) -> None:
        """Send a job to an idle worker."""
        worker = self._idle.pop(0)
        self._busy[job.folder] = worker
        worker.send({"do": "train", "job": job.to_json()})

    def answer(self, job: str, reason: str | None) -> None:
        """Send the pruning decision after an epoch: the reason to end the trial, or None to continue."""
        self._busy[job].send({"do": "answer", "reason": reason})

    def events(self, timeout: float) -> list[Event]:
        """Return the new events of jobs, waiting at most `timeout` seconds for the first.

        Raises:
            WorkerError: No worker can start.
        """
        received = self._receive(timeout)
        return [job_event for worker, event in received for job_event in self._handle_event(worker, event)]

    def stop(self) -> None:
        """Ask all workers to write a checkpoint and end their jobs as interrupted."""
        for worker in self._busy.values():
            worker.send({"do": "stop"})

    def close(self) -> None:
        """Kill all workers."""
        for worker in (*self._starting, *self._idle, *self._busy.values()):
            worker.close()

    def _handle_event(self, worker: Worker, event: Event) -> list[Event]:
        match event["event"]:
            case "ready":
                self._starting.remove(worker)
                self._idle.append(worker)
                self._startup_failures = 0
                return []
            case "unable":
                raise WorkerError(f"the workers failed to start: {event['reason']}")
            case "lost":
                return self._replace(worker, event["reason"])
            case "ended":
                self._idle.append(self._busy.pop(event["job"]))
        return [event]

    def _replace(self, worker: Worker, reason: str) -> list[Event]:
        """Replace a worker that is gone and return the loss of its job as an event."""
        if worker in self._starting:
            self._startup_failures += 1
            if self._startup_failures > MAX_STARTUP_FAILURES:
                raise WorkerError(f"{self._startup_failures} workers in a row failed to start; the last one: {reason}")
        worker.close()
        lost = [job for job, busy in self._busy.items() if busy is worker]
        for job in lost:
            del self._busy[job]
        self._idle = [idle for idle in self._idle if idle is not worker]
        self._starting = [self._start_worker(), *(other for other in self._starting if other is not worker)]
        return [{"event": "lost", "job": job, "reason": reason} for job in lost]
