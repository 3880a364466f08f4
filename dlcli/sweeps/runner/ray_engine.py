"""Engine whose workers run on the machines of a Ray cluster.

Each worker is an actor that owns a worker process, as in `local_engine`, and forwards its messages. All machines must
have the folder of the sweep and the data at the same paths.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import select
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dlcli.core import ConfigError
from dlcli.sweeps.runner.engine import Engine, Event, Worker, WorkerError
from dlcli.sweeps.runner.worker_process import WorkerProcess

#: Seconds that an actor waits for an event before it returns none.
_RECEIVE_SECONDS = 2.0
#: Seconds after which a connection attempt to the cluster fails.
_CONNECT_SECONDS = 10.0
#: Seconds without any answer after which the cluster counts as lost: all actors wait for resources or are cut off.
_SILENCE_SECONDS = 600.0


class RemoteWorker:
    """Actor that owns a worker process on its machine.

    Args:
        folder: Path of the sweep's folder on that machine.
        threads: Number of threads of the worker.
    """

    def __init__(self, folder: str, threads: int) -> None:
        self._process = WorkerProcess(Path(folder), threads=threads)

    def send(self, message: Mapping[str, Any]) -> None:
        """Forward a message to the worker."""
        self._process.send(message)

    def receive(self) -> list[dict[str, Any]]:
        """Return the new events of the worker, waiting a short time for the first."""
        select.select([self._process], [], [], _RECEIVE_SECONDS)
        return self._process.receive()


class RayWorker:
    """Connection to an actor.

    Args:
        actor: Handle of a `RemoteWorker`.
        kill: Function that kills an actor.
    """

    def __init__(self, actor: Any, kill: Any) -> None:
        self.actor = actor
        self._kill = kill

    def send(self, message: Mapping[str, Any]) -> None:
        self.actor.send.remote(dict(message))

    def close(self) -> None:
        self._kill(self.actor)


class RayEngine(Engine):
    """Workers on a Ray cluster.

    Args:
        folder: Folder of the sweep, at the same path on all machines.
        workers: Maximum number of parallel workers; None for as many as the cluster has cores for.
        threads: Number of threads of each worker.
        address: Address of the cluster; None for the one that Ray finds, or a new one on this machine.

    Raises:
        ConfigError: Ray is not installed.
        WorkerError: There is no cluster at this address, or it has too few cores.
    """

    def __init__(self, folder: Path, *, workers: int | None, threads: int, address: str | None) -> None:
        ray = load_ray()
        if address not in (None, "auto", "local"):
            _check_reachable(address)
        self._ray = ray
        self.folder = folder
        self.threads = threads
        self._owns_ray = not ray.is_initialized()
        try:
            # Ray adds the working directory to the import path of actors; an empty one cannot shadow modules.
            with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):
                ray.init(
                    address=address,
                    ignore_reinit_error=True,
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                    include_dashboard=False if address is None else None,
                )
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise WorkerError(
                f"no Ray cluster at {address or 'this machine'}: {' '.join(str(error).split())}"
            ) from None
        cores = int(ray.cluster_resources().get("CPU", 0))
        capacity = cores // threads
        if capacity < 1:
            raise WorkerError(f"the Ray cluster has {cores} cores, but a worker needs {threads}")
        self._pending: dict[Any, RayWorker] = {}
        self._last_answer = time.monotonic()
        super().__init__(min(workers or capacity, capacity))

    def _start_worker(self) -> RayWorker:
        actor = (
            self._ray.remote(RemoteWorker)
            .options(num_cpus=self.threads, max_concurrency=2)  # one thread receives, one forwards messages
            .remote(str(self.folder.absolute()), self.threads)
        )
        worker = RayWorker(actor, self._ray.kill)
        self._pending[actor.receive.remote()] = worker
        return worker

    def _receive(self, timeout: float) -> Iterator[tuple[Worker, Event]]:
        answered, _ = self._ray.wait(list(self._pending), num_returns=1, timeout=timeout)
        if answered:
            self._last_answer = time.monotonic()
        elif time.monotonic() - self._last_answer > _SILENCE_SECONDS:
            raise WorkerError(f"no answer from any machine of the Ray cluster for {_SILENCE_SECONDS:.0f} s")
        for answer in answered:
            worker = self._pending.pop(answer)
            try:
                events = self._ray.get(answer)
            except self._ray.exceptions.RayActorError:
                events = [{"event": "lost", "reason": "its actor or the machine of the actor was lost"}]
            except self._ray.exceptions.RayTaskError as error:
                raise WorkerError(f"a worker failed to start: {' '.join(str(error.cause).split())}") from None
            if not any(event["event"] == "lost" for event in events):
                self._pending[worker.actor.receive.remote()] = worker
            for event in events:
                yield worker, event

    def close(self) -> None:
        super().close()
        if self._owns_ray:
            self._ray.shutdown()


def load_ray() -> Any:
    """Import Ray.

    Raises:
        ConfigError: Ray is not installed.
    """
    try:
        return importlib.import_module("ray")
    except ImportError:
        raise ConfigError(
            "engine ray needs Ray: pip install 'dlcli[ray]'", code="missing_package", key="execution.engine"
        ) from None


def _check_reachable(address: str) -> None:
    """Check within seconds that a server listens at the address, which takes Ray minutes.

    Raises:
        WorkerError: No server listens at the address, or it is invalid.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WorkerError(f"no Ray cluster at {address}: {reason.lower()}; expected HOST:PORT") from None
