"""The checkpoints of a run: written in the background, pointed at, pruned, and found again.

A checkpoint is on the disk, whole, before `last.json` and `best.json` point at it, and these do before an older one
is removed; so whenever the process is killed, what the pointers name exists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
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

_NAME = re.compile(r"epoch-(\d+)(?:-step-(\d+))?")


class CheckpointStore:
    """The folder `checkpoints/` of a run. Use as a context manager: leaving it waits for the last write.

    A thread of its own writes one checkpoint at a time, because waiting for a disk takes as long as an epoch of a small
    model; an error it meets is raised by the next `save`, `wait` or exit.

    Args:
        folder: where the checkpoints are.
        keep: how many of the newest stay; the best one stays besides.
    """

    def __init__(self, folder: Path, *, keep: int = 2) -> None:
        self.folder = folder
        self.keep = keep
        self._writer: ThreadPoolExecutor | None = None
        self._pending: Future[None] | None = None

    def __enter__(self) -> CheckpointStore:
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checkpoints")
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        assert self._writer is not None
        self._writer.shutdown(wait=True)
        self._writer = None
        if kind is None:
            self.wait()

    def save(self, name: str, contents: Checkpoint, *, best: Mapping[str, Any] | None) -> None:
        """Write a checkpoint and make it the last one.

        Args:
            name: such as `epoch-0007`.
            contents: may change again as soon as this returns.
            best: what `best.json` is to say; its `checkpoint` is a name.

        Raises:
            StorageError: the checkpoint before this one could not be written.
        """
        assert self._writer is not None
        self.wait()
        frozen = Checkpoint(_copies(contents.weights), _copies(contents.arrays), contents.state)
        self._pending = self._writer.submit(self._write, name, frozen, best)

    def wait(self) -> None:
        """Until what was saved is on the disk.

        Raises:
            StorageError: it could not be written.
        """
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()

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
            return {**found, "checkpoint": str(found["checkpoint"])}
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
        last = {"checkpoint": name, "epoch": position["epoch"], "step": position["step"]}
        self._write_pointer("last", last)
        if best is not None:
            self._write_pointer("best", best)

    def _write(self, name: str, contents: Checkpoint, best: Mapping[str, Any] | None) -> None:
        storage.write_folder(self.folder / name, checkpoint.encode(contents))
        self.point_at(name, contents, best)
        self._prune(protected=None if best is None else best["checkpoint"])

    def _write_pointer(self, which: str, value: Mapping[str, Any]) -> None:
        path, data = self.folder / f"{which}.json", dumps(value, indent=2).encode()
        if not path.exists() or path.read_bytes() != data:
            storage.write_bytes(path, data)

    def _prune(self, protected: str | None) -> None:
        for name in self.names()[: -self.keep]:
            if name != protected:
                storage.remove_folder(self.folder / name)


def _position(name: str) -> tuple[int, float]:
    """Order of names in time: the middle of epoch 7 comes before its end."""
    match = _NAME.fullmatch(name)
    assert match is not None
    return int(match[1]), float(match[2] or "inf")


def _copies(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.array(array, order="C") for name, array in arrays.items()}
