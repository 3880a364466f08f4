"""Workers on the machines of a Ray cluster.

Each worker is an actor that holds a worker process as `local_engine` does, and passes messages on: the same workers,
somewhere else. All machines must see the sweep's folder, and the data, at the same paths.
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

#: seconds that an actor waits for its worker to say something before it says that there was nothing
_WAIT = 2.0
#: seconds within which a cluster takes a connection
_REACHED = 10.0
#: seconds after which a cluster is given up whose every actor waits for room, or is cut off
_SILENCE = 600.0


class RemoteWorker:
    """What the actor is: a worker process on the actor's machine.

    Args:
        folder: of the sweep, as that machine sees it.
        threads: that the worker may use.
    """

    def __init__(self, folder: str, threads: int) -> None:
        self._process = WorkerProcess(Path(folder), threads=threads)

    def send(self, message: Mapping[str, Any]) -> None:
        """Pass a message on."""
        self._process.send(message)

    def receive(self) -> list[dict[str, Any]]:
        """What the worker has said; waits a little for it."""
        select.select([self._process], [], [], _WAIT)
        return self._process.receive()


class RayWorker:
    """An actor, as the sweep has it.

    Args:
        actor: the handle of a `RemoteWorker`.
        kill: ends an actor.
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
        folder: of the sweep; all machines must see it at this path.
        workers: how many work side by side; None for as many as the cluster has room for.
        threads: that each may use.
        address: of the cluster; None for the one that Ray finds, or a new one on this machine.

    Raises:
        ConfigError: Ray is not installed.
        WorkerError: there is no cluster at this address, or it has no room.
    """

    def __init__(self, folder: Path, *, workers: int | None, threads: int, address: str | None) -> None:
        ray = load_ray()
        if address not in (None, "auto", "local"):
            _check_reachable(address)
        self._ray = ray
        self.folder = folder
        self.threads = threads
        self._mine = not ray.is_initialized()
        try:
            with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):  # Ray lets actors import from it
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
        room = int(ray.cluster_resources().get("CPU", 0)) // threads
        if room < 1:
            raise WorkerError(f"the Ray cluster has no room for a worker of {threads} threads")
        self._pending: dict[Any, RayWorker] = {}
        self._heard = time.monotonic()
        super().__init__(min(workers or room, room))

    def _begin(self) -> RayWorker:
        actor = (
            self._ray.remote(RemoteWorker)
            .options(num_cpus=self.threads, max_concurrency=2)  # one thread listens, one passes messages on
            .remote(str(self.folder.absolute()), self.threads)
        )
        worker = RayWorker(actor, self._ray.kill)
        self._pending[actor.receive.remote()] = worker
        return worker

    def _receive(self, timeout: float) -> Iterator[tuple[Worker, Event]]:
        answered, _ = self._ray.wait(list(self._pending), num_returns=1, timeout=timeout)
        if answered:
            self._heard = time.monotonic()
        elif time.monotonic() - self._heard > _SILENCE:
            raise WorkerError(f"no machine of the Ray cluster has said anything for {_SILENCE:.0f} s")
        for answer in answered:
            worker = self._pending.pop(answer)
            try:
                events = self._ray.get(answer)
            except self._ray.exceptions.RayActorError:
                events = [{"event": "lost", "reason": "its actor is gone: the machine or the actor was lost"}]
            except self._ray.exceptions.RayTaskError as error:
                raise WorkerError(f"a worker cannot begin: {' '.join(str(error.cause).split())}") from None
            if not any(event["event"] == "lost" for event in events):
                self._pending[worker.actor.receive.remote()] = worker
            for event in events:
                yield worker, event

    def close(self) -> None:
        super().close()
        if self._mine:
            self._ray.shutdown()


def load_ray() -> Any:
    """The package.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return importlib.import_module("ray")
    except ImportError:
        raise ConfigError(
            "engine ray needs Ray: pip install 'dlcli[ray]'", code="missing_package", key="execution.engine"
        ) from None


def _check_reachable(address: str) -> None:
    """Say within seconds what Ray says after minutes.

    Raises:
        WorkerError: nobody listens at this address, or it is none.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_REACHED).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WorkerError(f"no Ray cluster at {address}: {reason.lower()}; expected HOST:PORT") from None
