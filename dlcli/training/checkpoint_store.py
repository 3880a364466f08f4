"""Storage of a run's checkpoints: written in the background, referenced by pointer files, pruned and loaded.

A checkpoint passes through two stages. Each runs in a separate thread, so that training does not wait for them:

1. Write: the checkpoint is written atomically. From then on it survives a kill: a resumed run uses the newest one.
2. Flush: the checkpoint, and the files that it refers to, are flushed to the disk. From then on it survives a power
   failure, `last.json` and `best.json` point at it, and older checkpoints can be removed.

A busy disk delays only the second stage. A stage pauses after each checkpoint, so that short epochs do not spend their
time on checkpoints: writing uses at most a fifth of the time and pauses for at most 0.1 s; flushing uses at most a
tenth and pauses for at most 10 s. If checkpoints need not survive a power failure, as in the trials of a sweep, which
share the machine, there is no second stage, and writing uses at most a tenth of the time and pauses for at most 0.25 s.
There are no pauses while the training waits: the last checkpoint, and one that a signal requests, are written at once.

A kill therefore loses the steps since the last checkpoint, or those of one pause and two writes if that is longer. A
power failure loses what has not been flushed.

The checkpoints that the pointer files name always exist, no matter when the process is killed.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.core import StorageError, dumps, strict_json
from dlcli.runs import add_checksum, storage, verify_checksum
from dlcli.training import checkpoint
from dlcli.training.checkpoint import Checkpoint

#: names of the pointers; `<name>.json` names a checkpoint
POINTERS = ("best", "last")
#: fields of a pointer file besides its checksum
_FIELDS = ("checkpoint", "epoch", "step", "metric", "value", "violated")


@dataclass(frozen=True)
class Pause:
    """Length of the pause of a stage after each checkpoint.

    Args:
        multiple: Length of the pause as a multiple of the time that the checkpoint took.
        max_seconds: Maximum length of the pause in seconds.
    """

    multiple: float
    max_seconds: float

    def seconds(self, work: float) -> float:
        """Return the number of seconds to pause after `work` seconds of work."""
        return min(self.multiple * work, self.max_seconds)


WRITE_PAUSE = Pause(4, 0.1)
FLUSH_PAUSE = Pause(9, 10.0)
#: pause of the write stage if no flush follows
TRIAL_PAUSE = Pause(9, 0.25)

_NAME = re.compile(r"epoch-(\d+)(?:-step-(\d+))?")


@dataclass(frozen=True)
class _Entry:
    """A checkpoint on its way to the disk.

    Args:
        name: Name of the folder of the checkpoint.
        position: Numbers of finished epochs and steps.
        best: Contents of `best.json` from this checkpoint on.
        contents: Checkpoint to write; None after it has been written.
    """

    name: str
    position: Mapping[str, Any]
    best: Mapping[str, Any] | None
    contents: Checkpoint | None

    @property
    def best_name(self) -> str | None:
        return None if self.best is None else self.best["checkpoint"]

    @property
    def names(self) -> set[str]:
        """Names of the checkpoint and of the best one: the pointers are updated together."""
        return {self.name, self.best_name or self.name}


class CheckpointStore:
    """Folder `checkpoints/` of a run.

    `save` needs the store as a context manager. Leaving the context waits until all checkpoints are on the disk; after
    a `KeyboardInterrupt` it only waits until they are written.

    If several checkpoints are saved while another one is being written, only the best and the newest of them are kept
    for writing. An error in a thread is raised by the next `save`, by `wait`, or at the end of the context.

    Args:
        folder: Folder that contains the checkpoints.
        keep: Number of the newest checkpoints to keep, besides the best one.
        durable: Whether checkpoints survive a power failure, for which the disk is flushed in the background.
        refers_to: Files that checkpoints refer to; they are flushed before a checkpoint is used.
        check: Function that raises an error if the folder must no longer be written to.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keep: int = 2,
        durable: bool = True,
        refers_to: Sequence[Path] = (),
        check: Callable[[], object] = lambda: None,
    ) -> None:
        self.folder = folder
        self.keep = keep
        self.durable = durable
        self.refers_to = refers_to
        self.check = check
        self._changed = threading.Condition()  # guards the attributes below
        self._waiting: list[_Entry] = []  # entries to write, oldest first
        self._written: _Entry | None = None  # newest entry that was written
        self._flushed: _Entry | None = None  # newest entry on the disk, which the pointer files name
        self._busy: set[str] = set()  # stages at work, and checkpoints that are being flushed
        self._failure: Exception | None = None
        self._pause_ends: dict[str, float] = {}  # monotonic time by stage
        self._is_draining = False  # a thread waits for all remaining work, so there are no pauses
        self._is_closing = True
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> CheckpointStore:
        self._is_closing = False
        stages = [self._write_waiting, self._flush_written]
        self._threads = [threading.Thread(target=stage, name="checkpoints", daemon=True) for stage in stages]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        # After a second Ctrl-C the user wants to leave now. What was written survives a kill, flushed or not.
        is_interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
        with self._changed:
            self._drain(lambda: self._is_written if is_interrupted else self._is_done)
            self._is_closing = True
            self._changed.notify_all()
        if not is_interrupted:
            for thread in self._threads:
                thread.join()
        self._threads = []
        if kind is None and self._failure is not None:
            raise self._failure

    def save(self, name: str, contents: Checkpoint, *, best: Mapping[str, Any] | None) -> None:
        """Write a checkpoint in the background and make it the last one.

        Args:
            name: Name of the checkpoint, such as `epoch-0007`.
            contents: Checkpoint, which must not change after the call.
            best: Contents of `best.json`, whose `checkpoint` is the name of the best checkpoint.

        Raises:
            StorageError: An earlier checkpoint could not be written.
        """
        assert self._threads, "the store is not open"
        entry = _Entry(name, contents.state["position"], best, contents)
        with self._changed:
            if self._failure is not None:
                raise self._failure
            # At most two entries wait: the best one, whose weights may be the result, and the newest one. Otherwise
            # checkpoints would accumulate in memory if epochs are faster than the disk.
            self._waiting = [waiting for waiting in self._waiting if waiting.name == entry.best_name]
            self._waiting.append(entry)
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until all saved checkpoints are on the disk.

        Raises:
            StorageError: A checkpoint could not be written.
        """
        with self._changed:
            self._drain(lambda: self._is_done)
            if self._failure is not None:
                raise self._failure

    def names(self) -> list[str]:
        """Return the names of the existing checkpoints, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted((entry.name for entry in self.folder.iterdir() if _NAME.fullmatch(entry.name)), key=_position)

    def pointer(self, which: str) -> dict[str, Any] | None:
        """Return the fields of `best.json` or `last.json`; None if the file does not exist yet.

        Raises:
            StorageError: The file is damaged.
        """
        path = self.folder / f"{which}.json"
        if not path.exists():
            return None
        text = storage.read_bytes(path)
        try:
            document = verify_checksum(strict_json.loads(text))
            pointer = {field: document[field] for field in _FIELDS if field in document}
            _check_name(pointer["checkpoint"])
            _check_fields(pointer, is_best=which == "best")
        except (ValueError, TypeError, KeyError) as error:
            raise StorageError("is damaged", file=str(path)) from error
        return pointer

    def load_weights(self, which: str = "best") -> dict[str, np.ndarray]:
        """Return the weights of the best or last checkpoint, or of the checkpoint with the given name.

        Args:
            which: "best", "last", or the name of a checkpoint.

        Raises:
            StorageError: The checkpoint does not exist or is damaged.
        """
        if which not in POINTERS:
            return checkpoint.read_weights(self.folder / which)
        pointer = self.pointer(which)
        if pointer is None:
            raise StorageError(
                f"the run has no {which} checkpoint yet", code="missing_checkpoint", file=str(self.folder)
            )
        return checkpoint.read_weights(self.folder / pointer["checkpoint"])

    def load_newest(
        self, warn: Callable[[str], None], *, check: Callable[[Checkpoint], object] = lambda _: None
    ) -> Checkpoint | None:
        """Return the newest usable checkpoint; None if there are no checkpoints at all.

        Newer checkpoints that are not usable are removed with a warning: the resumed run writes them again.

        Args:
            warn: Function that is called with a message about each unusable checkpoint.
            check: Function that raises a `StorageError` if an intact checkpoint is not usable.

        Raises:
            StorageError: There are checkpoints, but none of them is usable.
        """
        # A kill in the middle of a write leaves hidden folders.
        storage.remove_partials(self.folder)
        unusable: list[str] = []
        first_error: StorageError | None = None
        for name in reversed(self.names()):
            try:
                newest = checkpoint.read(self.folder / name)
                check(newest)
            except StorageError as error:
                warn(f"{error}; going back to the checkpoint before {name}")
                unusable.append(name)
                first_error = first_error or error
                continue
            # Removed only if an older one is usable: otherwise the user may want to repair them by hand.
            for unusable_name in unusable:
                storage.remove_folder(self.folder / unusable_name)
            return newest
        if first_error is not None:
            message = f"no checkpoint is intact and has its metric history; train the config again ({first_error})"
            raise StorageError(message, file=str(self.folder)) from first_error
        return None

    def is_intact(self, name: str) -> bool:
        """Return whether the checkpoint with this name exists and is undamaged."""
        try:
            checkpoint.read(self.folder / name)
        except StorageError:
            return False
        return True

    def point_at(self, name: str, contents: Checkpoint, best: Mapping[str, Any] | None) -> None:
        """Reset `last.json` and `best.json` to their contents of when this checkpoint was the last one.

        Raises:
            StorageError: The files cannot be written.
        """
        entry = _Entry(name, contents.state["position"], best, None)
        if self.durable:
            self._flush(entry)
        self._point_at(entry)
        with self._changed:
            self._written = self._flushed = entry

    @property
    def _is_written(self) -> bool:
        """Whether the write stage has no work left."""
        return self._failure is not None or not (self._waiting or "writer" in self._busy)

    @property
    def _is_done(self) -> bool:
        """Whether neither stage has work left."""
        if self._failure is not None:
            return not self._busy
        return self._is_written and self._flushed is self._written and "flusher" not in self._busy

    def _drain(self, is_done: Callable[[], bool]) -> None:
        """Wait without pauses of the stages until `is_done` returns True."""
        self._is_draining = True
        self._changed.notify_all()
        try:
            self._changed.wait_for(is_done)
        finally:
            self._is_draining = False

    def _write_waiting(self) -> None:
        """Run the first stage: write the entries that wait."""
        pause = WRITE_PAUSE if self.durable else TRIAL_PAUSE
        while self._wait_for_work("writer", lambda: bool(self._waiting)):
            with self._changed:
                entry = self._waiting.pop(0)
            with self._work("writer", pause=pause):
                assert entry.contents is not None
                self.check()
                # not durable: the second stage waits for the disk, so that this stage can write the next checkpoint
                storage.write_folder(self.folder / entry.name, checkpoint.encode(entry.contents), durable=False)
                # without the contents, which may be hundreds of megabytes and would stay in memory until the flush
                written = _Entry(entry.name, entry.position, entry.best, None)
                if not self.durable:
                    self._point_at(written)
                with self._changed:
                    self._written = written
                    if not self.durable:
                        self._flushed = written
                    self._prune()

    def _flush_written(self) -> None:
        """Run the second stage: flush the newest entry to the disk, then update the pointers."""
        while self._wait_for_work("flusher", lambda: self._flushed is not self._written):
            with self._changed:
                entry = self._written
                assert entry is not None
                # protects them from pruning during the flush, which may take longer than several epochs
                self._busy |= entry.names
            with self._work("flusher", *entry.names, pause=FLUSH_PAUSE):
                self._flush(entry)
                self._point_at(entry)
                with self._changed:
                    self._flushed = entry
                    self._prune()

    def _flush(self, entry: _Entry) -> None:
        """Flush a checkpoint, the best one, and the files that they refer to."""
        # The checkpoints, the folder that lists them, and metrics.jsonl must be on the disk, in any order, before the
        # pointers that name them.
        names, paths = entry.names, [self.folder, *(path for path in self.refers_to if path.exists())]
        if self._flushed is None:
            paths.append(self.folder.parent)  # its listing has new entries
        else:
            names -= {self._flushed.best_name}
        for name in sorted(names):
            paths += [self.folder / name, *(self.folder / name / file for file in checkpoint.FILES)]
        self.check()
        with storage.reporting("written", self.folder / entry.name):
            storage.flush(paths)

    def _wait_for_work(self, stage: str, has_work: Callable[[], bool]) -> bool:
        """Wait for work and for the end of the pause of a stage; return False if the store is closing."""
        with self._changed:
            while not self._is_closing:
                # monotonic, since the clock of the machine may be set during a pause
                pause = 0.0 if self._is_draining else self._pause_ends.get(stage, 0.0) - time.monotonic()
                if self._failure is not None or not has_work():
                    self._changed.wait()
                elif pause > 0:
                    self._changed.wait(pause)
                else:
                    self._busy.add(stage)
                    return True
            return False

    @contextlib.contextmanager
    def _work(self, stage: str, *names: str, pause: Pause) -> Iterator[None]:
        """Run the block as work of a stage, store its error for the thread that trains, and schedule the pause."""
        start = time.monotonic()
        failure: Exception | None = None
        try:
            yield
        except Exception as error:  # raised again in the thread that trains
            failure = error
        now = time.monotonic()
        with self._changed:
            # The pause is proportional to the work, so that a slow disk takes a constant share of the time.
            self._pause_ends[stage] = now + pause.seconds(now - start)
            # the first failure is the cause; later ones are consequences
            self._failure = self._failure or failure
            self._busy.difference_update({stage, *names})
            self._changed.notify_all()

    def _point_at(self, entry: _Entry) -> None:
        position = entry.position
        pointers = {"last": {"checkpoint": entry.name, "epoch": position["epoch"], "step": position["step"]}}
        if entry.best is not None:
            pointers["best"] = dict(entry.best)
        files = {f"{which}.json": dumps(add_checksum(value), indent=2).encode() for which, value in pointers.items()}
        for name in files:
            storage.writable_path(self.folder, name)
        storage.write_files(self.folder, files, durable=self.durable)

    def _prune(self) -> None:
        """Remove old checkpoints, except those that a pointer names or will name next."""
        # Protected are the checkpoints that the pointers name, and those that are being flushed.
        protected = {*self._busy}
        for entry in (self._written, self._flushed):
            if entry is not None:
                protected |= entry.names
        for name in self.names()[: -self.keep]:
            if name not in protected:
                storage.remove_folder(self.folder / name)


def _check_fields(pointer: Mapping[str, Any], *, is_best: bool) -> None:
    """Check the fields of a pointer.

    Raises:
        ValueError: A field has the wrong type.
        KeyError: A field is missing.
    """
    for field in ("epoch", "step"):
        if type(pointer.get(field, 0)) is not int:
            raise ValueError(f"{field} is not an integer")
    if is_best and not (isinstance(pointer["value"], int | float) and isinstance(pointer["metric"], str)):
        raise ValueError("the metric or its value has the wrong type")


def _check_name(value: object) -> None:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not the name of a checkpoint")


def _position(name: str) -> tuple[int, float]:
    """Return the key that sorts names by time: the middle of epoch 7 comes before its end."""
    match = _NAME.fullmatch(name)
    assert match is not None
    return int(match[1]), float(match[2] or "inf")
