"""Engine whose workers are processes on this machine."""

from __future__ import annotations

import selectors
from collections.abc import Iterator
from pathlib import Path

from dlcli.sweeps.runner.engine import Engine, Event, Worker
from dlcli.sweeps.runner.worker_process import WorkerProcess


class LocalEngine(Engine):
    """Worker processes on this machine.

    Args:
        folder: Folder of the sweep.
        workers: Number of parallel workers.
        threads: Number of threads of each worker.
    """

    def __init__(self, folder: Path, *, workers: int, threads: int) -> None:
        self.folder = folder
        self.threads = threads
        self._selector = selectors.DefaultSelector()
        super().__init__(workers)

    def _start_worker(self) -> WorkerProcess:
        worker = WorkerProcess(self.folder, threads=self.threads)
        # One selector for all workers; a worker that dies closes its pipe, which also makes it readable.
        self._selector.register(worker, selectors.EVENT_READ, worker)
        return worker

    def _receive(self, timeout: float) -> Iterator[tuple[Worker, Event]]:
        for key, _ in self._selector.select(timeout):
            worker: WorkerProcess = key.data
            for event in worker.receive():
                if event["event"] == "lost":
                    self._selector.unregister(worker)
                yield worker, event

    def close(self) -> None:
        super().close()
        self._selector.close()
