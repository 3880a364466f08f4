"""The checkpoints of a run: written in the background, pointed at, pruned, and found again.

A checkpoint is on the disk, whole, before `last.json` and `best.json` point at it, and these do before an older one
is removed; so whenever the process is killed, what the pointers name exists.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.errors import StorageError
from dlcli.runs import storage
from dlcli.strict_json import dumps
from dlcli.training import checkpoint
from dlcli.training.checkpoint import Checkpoint

#: names that stand for the checkpoint which `<name>.json` points at
POINTERS = ("best", "last")

#: how long the writer pauses, in times that a write took
PAUSE = 9

_NAME = re.compile(r"epoch-(\d+)(?:-step-(\d+))?")


@dataclass(frozen=True)
class _Waiting:
    """A checkpoint on its way to the disk."""

    name: str
    contents: Checkpoint
    best: Mapping[str, Any] | None


class CheckpointStore:
    """The folder `checkpoints/` of a run. Use as a context manager: leaving it waits for the last write.

    A thread of its own writes, because waiting for a disk can take longer than an epoch of a small model, and it pauses
    so that it writes for a tenth of the time at most. Of the checkpoints that come meanwhile only the best and the
    newest wait to be written. An error it meets is raised by the next `save`, `wait` or exit.

    Args:
        folder: where the checkpoints are.
        keep: how many of the newest stay; the best one stays besides.
        durable: whether a checkpoint survives a power cut, which takes waiting for the disk.
    """

    def __init__(self, folder: Path, *, keep: int = 2, durable: bool = True) -> None:
        self.folder = folder
        self.keep = keep
        self.durable = durable
        self._writer: ThreadPoolExecutor | None = None
        self._writing: Future[None] | None = None
        self._failure: Exception | None = None
        self._pause_ends = 0.0
        self._waiting: list[_Waiting] = []
        self._lock = threading.Lock()  # of `_waiting`

    def __enter__(self) -> CheckpointStore:
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checkpoints")
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        assert self._writer is not None
        self._writer.submit(self._write_waiting)
        self._writer.shutdown(wait=True)
        self._writer = None
        if kind is None and self._failure is not None:
            raise self._failure

    def save(self, name: str, contents: Checkpoint, *, best: Mapping[str, Any] | None) -> None:
        """Have a checkpoint written and made the last one.

        Args:
            name: such as `epoch-0007`.
            contents: must not change any more.
            best: what `best.json` is to say; its `checkpoint` is a name.

        Raises:
            StorageError: one before it could not be written.
        """
        assert self._writer is not None
        if self._failure is not None:
            raise self._failure
        with self._lock:
            self._waiting = [one for one in self._waiting if best is not None and one.name == best["checkpoint"]]
            self._waiting.append(_Waiting(name, contents, best))
        if (self._writing is None or self._writing.done()) and time.monotonic() >= self._pause_ends:
            self._writing = self._writer.submit(self._write_waiting)

    def wait(self) -> None:
        """Until what was saved is on the disk.

        Raises:
            StorageError: it could not be written.
        """
        assert self._writer is not None
        self._writer.submit(self._write_waiting).result()
        if self._failure is not None:
            raise self._failure

    def names(self) -> list[str]:
        """The checkpoints there are, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted((entry.name for entry in self.folder.iterdir() if _NAME.fullmatch(entry.name)), key=_position)

    def pointer(self, which: str) -> dict[str, Any] | None:
        """What `best.json` or `last.json` says, None when there is none yet.

        Raises:
            StorageError: it is damaged.
        """
        path = self.folder / f"{which}.json"
        if not path.exists():
            return None
        with storage.reporting("read", path):
            text = path.read_bytes()
        try:
            found: dict[str, Any] = json.loads(text)
            return {**found, "checkpoint": _name(found["checkpoint"])}
        except (ValueError, TypeError, KeyError) as error:
            raise StorageError("is damaged", file=str(path)) from error

    def load_weights(self, which: str = "best") -> dict[str, np.ndarray]:
        """The weights that "best" or "last" points at, or those of the checkpoint of that name.

        Raises:
            StorageError: there are none, or they are damaged.
        """
        if which not in POINTERS:
            return checkpoint.read_weights(self.folder / which)
        pointer = self.pointer(which)
        if pointer is None:
            raise StorageError(f"the run has no {which} checkpoint yet", file=str(self.folder))
        return checkpoint.read_weights(self.folder / pointer["checkpoint"])

    def load_newest(self, warn: Callable[[str], None]) -> Checkpoint | None:
        """The newest checkpoint that is intact; None when there are no checkpoints at all.

        Damaged ones that are newer are removed, after telling `warn`: the resumed run writes them again.

        Raises:
            StorageError: there are checkpoints and all of them are damaged.
        """
        storage.remove_partials(self.folder)
        names = self.names()
        damaged: list[str] = []
        for name in reversed(names):
            try:
                found = checkpoint.read(self.folder / name)
            except StorageError as error:
                warn(f"{error}; going back to the checkpoint before it")
                damaged.append(name)
                continue
            for bad in damaged:
                storage.remove_folder(self.folder / bad)
            return found
        if damaged:
            raise StorageError("no checkpoint is intact; train the config again", file=str(self.folder))
        return None

    def is_intact(self, name: str) -> bool:
        """Whether the checkpoint of that name can be used."""
        try:
            checkpoint.read(self.folder / name)
        except StorageError:
            return False
        return True

    def point_at(self, name: str, contents: Checkpoint, best: Mapping[str, Any] | None) -> None:
        """Make `last.json` and `best.json` say what they said when this checkpoint was the last.

        Raises:
            StorageError: they cannot be written.
        """
        position = contents.state["position"]
        pointers = {"last": {"checkpoint": name, "epoch": position["epoch"], "step": position["step"]}}
        if best is not None:
            pointers["best"] = dict(best)
        files = {f"{which}.json": dumps(value, indent=2).encode() for which, value in pointers.items()}
        storage.write_files(self.folder, files, durable=self.durable)

    def _write_waiting(self) -> None:
        """Write what waits, in the writer's thread."""
        start = time.monotonic()
        try:
            while self._failure is None and (one := self._next_waiting()) is not None:
                storage.write_folder(self.folder / one.name, checkpoint.encode(one.contents), durable=self.durable)
                self.point_at(one.name, one.contents, one.best)
                self._prune(protected=None if one.best is None else one.best["checkpoint"])
        except Exception as error:  # raised again in the thread that trains
            self._failure = error
        now = time.monotonic()
        self._pause_ends = now + PAUSE * (now - start)

    def _next_waiting(self) -> _Waiting | None:
        with self._lock:
            return self._waiting.pop(0) if self._waiting else None

    def _prune(self, protected: str | None) -> None:
        for name in self.names()[: -self.keep]:
            if name != protected:
                storage.remove_folder(self.folder / name)


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is no checkpoint's name")
    return value


def _position(name: str) -> tuple[int, float]:
    """Order of names in time: the middle of epoch 7 comes before its end."""
    match = _NAME.fullmatch(name)
    assert match is not None
    return int(match[1]), float(match[2] or "inf")
