"""The checkpoints of a run: written in the background, pointed at, pruned, and found again.

A checkpoint passes through two stages, each in a thread of its own, so that training waits for neither:

1. It is written, whole, in one step. From here on it survives a kill: whoever resumes takes the newest there is.
2. The disk has it, and what it refers to. From here on it survives a power cut, `last.json` and `best.json` point at
   it, and older ones may go.

A disk that is busy delays the second stage only. Both rest after their work, so that epochs of milliseconds are not
spent on checkpoints: the first takes a fifth of the time at most and rests for 0.1 s at most, the second a tenth and
10 s. Where the disk is not waited for, as in the trials of a sweep, which share the machine, there is no second stage,
and the first takes a tenth of the time at most and rests for 0.25 s at most. Nothing rests while somebody waits: the
last checkpoint, and the one that a signal asks for, are written at once.

So a kill loses what was trained since the last checkpoint, or in the time of one rest and two writes if that is longer;
a power cut, what the second stage has not got to.

Whenever the process is killed, what the pointers name exists.
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

#: names that stand for the checkpoint which `<name>.json` points at
POINTERS = ("best", "last")
#: what they say, next to their own checksum
_FIELDS = ("checkpoint", "epoch", "step", "metric", "value", "broken")


@dataclass(frozen=True)
class Rest:
    """How long a stage rests after a piece of work.

    Args:
        multiple: Length of the rest, as a multiple of the time that the work took.
        longest: Seconds that it rests at most.
    """

    multiple: float
    longest: float

    def seconds(self, work: float) -> float:
        """Seconds to rest after `work` seconds of work."""
        return min(self.multiple * work, self.longest)


WRITE_REST = Rest(4, 0.1)
FLUSH_REST = Rest(9, 10.0)
#: rest of the writing that no flush follows
TRIAL_REST = Rest(9, 0.25)

_NAME = re.compile(r"epoch-(\d+)(?:-step-(\d+))?")


@dataclass(frozen=True)
class _Entry:
    """A checkpoint on its way to the disk.

    Args:
        name: Name of its folder.
        position: Finished epochs and steps.
        best: What `best.json` says from then on.
        contents: What is to be written; None once it is.
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
        """Names of the checkpoint and of the best one, which the pointers name together."""
        return {self.name, self.best_name or self.name}


class CheckpointStore:
    """The folder `checkpoints/` of a run. Use as a context manager: leaving it waits until the disk has everything,
    but for a `KeyboardInterrupt`, which does not wait for the disk.

    Of the checkpoints that come while another is being written only the best and the newest wait to be written. An
    error that a thread meets is raised by the next `save`, `wait` or exit.

    Args:
        folder: Folder that the checkpoints are in.
        keep: Number of the newest checkpoints that stay, besides the best one.
        durable: Whether a checkpoint survives a power cut, for which the disk is flushed in the background.
        refers_to: Files that checkpoints refer to: the disk has them before it has a checkpoint.
        check: Raises where nothing may be written any more; called before a checkpoint is written.
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
        self._changed = threading.Condition()  # guards everything below
        self._waiting: list[_Entry] = []  # to be written, oldest first
        self._written: _Entry | None = None  # newest that was written
        self._flushed: _Entry | None = None  # newest that the disk has; the pointers point at it
        self._at_work: set[str] = set()  # threads, and the checkpoints that are being flushed
        self._failure: Exception | None = None
        self._rest_ends: dict[str, float] = {}  # stage → time
        self._drains = False  # somebody waits for everything that is left
        self._closes = True
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> CheckpointStore:
        self._closes = False
        stages = [self._write_waiting, self._flush_written]
        self._threads = [threading.Thread(target=stage, name="checkpoints", daemon=True) for stage in stages]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        # A second Ctrl-C: the user waits. What was written survives a kill; only the disk has not confirmed it.
        hurries = kind is not None and issubclass(kind, KeyboardInterrupt)
        with self._changed:
            self._drain(lambda: self._is_written if hurries else self._is_done)
            self._closes = True
            self._changed.notify_all()
        if not hurries:
            for thread in self._threads:
                thread.join()
        self._threads = []
        if kind is None and self._failure is not None:
            raise self._failure

    def save(self, name: str, contents: Checkpoint, *, best: Mapping[str, Any] | None) -> None:
        """Have a checkpoint written and made the last one.

        Args:
            name: Name such as `epoch-0007`.
            contents: State that must not change any more.
            best: What `best.json` is to say; its `checkpoint` is a name.

        Raises:
            StorageError: one before it could not be written.
        """
        assert self._threads, "the store is not open"
        entry = _Entry(name, contents.state["position"], best, contents)
        with self._changed:
            if self._failure is not None:
                raise self._failure
            # At most two wait: the best, whose weights may be the result, and the newest. Epochs faster than the disk
            # do not pile up in memory.
            self._waiting = [one for one in self._waiting if one.name == entry.best_name]
            self._waiting.append(entry)
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until the disk has what was saved.

        Raises:
            StorageError: it could not be written.
        """
        with self._changed:
            self._drain(lambda: self._is_done)
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
        text = storage.read_bytes(path)
        try:
            document = verify_checksum(strict_json.loads(text))
            pointer = {field: document[field] for field in _FIELDS if field in document}
            _name(pointer["checkpoint"])
            _check_fields(pointer, is_best=which == "best")
        except (ValueError, TypeError, KeyError) as error:
            raise StorageError("is damaged", file=str(path)) from error
        return pointer

    def load_weights(self, which: str = "best") -> dict[str, np.ndarray]:
        """The weights that "best" or "last" points at, or those of the checkpoint of that name.

        Raises:
            StorageError: there are none, or they are damaged.
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
        """The newest checkpoint that can be used; None when there are no checkpoints at all.

        Those that cannot and that are newer are removed, after telling `warn`: the resumed run writes them again.

        Args:
            warn: Function that gets a message about each of these.
            check: Function that raises a `StorageError` where a checkpoint is intact and cannot be used.

        Raises:
            StorageError: there are checkpoints and none of them can be used.
        """
        # A kill in the middle of a write leaves hidden folders.
        storage.remove_partials(self.folder)
        damaged: list[str] = []
        first: StorageError | None = None
        for name in reversed(self.names()):
            try:
                found = checkpoint.read(self.folder / name)
                check(found)
            except StorageError as error:
                warn(f"{error}; going back to the checkpoint before {name}")
                damaged.append(name)
                first = first or error
                continue
            # Only when an older one can be used: if none can, nothing is removed that might be repaired by hand.
            for bad in damaged:
                storage.remove_folder(self.folder / bad)
            return found
        if first is not None:
            message = f"no checkpoint is intact, with the history that led to it; train the config again ({first})"
            raise StorageError(message, file=str(self.folder)) from first
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
        entry = _Entry(name, contents.state["position"], best, None)
        if self.durable:
            self._flush(entry)
        self._point_at(entry)
        with self._changed:
            self._written = self._flushed = entry

    @property
    def _is_written(self) -> bool:
        """Whether nothing is left for the first stage."""
        return self._failure is not None or not (self._waiting or "writer" in self._at_work)

    @property
    def _is_done(self) -> bool:
        """Whether nothing is left for both stages."""
        if self._failure is not None:
            return not self._at_work
        return self._is_written and self._flushed is self._written and "flusher" not in self._at_work

    def _drain(self, is_done: Callable[[], bool]) -> None:
        """Wait without rests until `is_done`."""
        self._drains = True
        self._changed.notify_all()
        try:
            self._changed.wait_for(is_done)
        finally:
            self._drains = False

    def _write_waiting(self) -> None:
        """The first stage: write what waits."""
        rest = WRITE_REST if self.durable else TRIAL_REST
        while self._begins("writer", lambda: bool(self._waiting)):
            with self._changed:
                entry = self._waiting.pop(0)
            with self._ends("writer", rest=rest):
                assert entry.contents is not None
                self.check()
                # not durable: the second stage waits for the disk, so that this one can take the next checkpoint
                storage.write_folder(self.folder / entry.name, checkpoint.encode(entry.contents), durable=False)
                # without the contents: hundreds of megabytes that would live until the disk has them
                written = _Entry(entry.name, entry.position, entry.best, None)
                if not self.durable:
                    self._point_at(written)
                with self._changed:
                    self._written = written
                    if not self.durable:
                        self._flushed = written
                    self._prune()

    def _flush_written(self) -> None:
        """The second stage: wait for the disk, then point at the newest."""
        while self._begins("flusher", lambda: self._flushed is not self._written):
            with self._changed:
                entry = self._written
                assert entry is not None
                # Protected from pruning while the disk is flushed, which may take longer than several epochs.
                self._at_work |= entry.names
            with self._ends("flusher", *entry.names, rest=FLUSH_REST):
                self._flush(entry)
                self._point_at(entry)
                with self._changed:
                    self._flushed = entry
                    self._prune()

    def _flush(self, entry: _Entry) -> None:
        """Wait until the disk has a checkpoint, the best one, and what they refer to."""
        # The disk must have everything that the pointers are about to name: checkpoints, the folder that lists them,
        # and metrics.jsonl, in any order, but before the pointers.
        names, places = entry.names, [self.folder, *(path for path in self.refers_to if path.exists())]
        if self._flushed is None:
            places.append(self.folder.parent)  # which has learned about new files
        else:
            names -= {self._flushed.best_name}
        for name in sorted(names):
            places += [self.folder / name, *(self.folder / name / file for file in checkpoint.FILES)]
        self.check()
        with storage.reporting("written", self.folder / entry.name):
            storage.flush(places)

    def _begins(self, stage: str, has_work: Callable[[], bool]) -> bool:
        """Wait for work, and for the end of the rest after the work before; False when there will be no more."""
        with self._changed:
            while not self._closes:
                # monotonic, since the clock of the machine may be set while a thread rests
                rest = 0.0 if self._drains else self._rest_ends.get(stage, 0.0) - time.monotonic()
                if self._failure is not None or not has_work():
                    self._changed.wait()
                elif rest > 0:
                    self._changed.wait(rest)
                else:
                    self._at_work.add(stage)
                    return True
            return False

    @contextlib.contextmanager
    def _ends(self, stage: str, *names: str, rest: Rest) -> Iterator[None]:
        """Do a piece of work, keep what goes wrong for the thread that trains, and rest."""
        start = time.monotonic()
        failure: Exception | None = None
        try:
            yield
        except Exception as error:  # raised again in the thread that trains
            failure = error
        now = time.monotonic()
        with self._changed:
            # The rest grows with the work, so that a slow disk gets a constant share of the time and not all of it.
            self._rest_ends[stage] = now + rest.seconds(now - start)
            # the first failure is the cause; later ones follow from it
            self._failure = self._failure or failure
            self._at_work.difference_update({stage, *names})
            self._changed.notify_all()

    def _point_at(self, entry: _Entry) -> None:
        position = entry.position
        pointers = {"last": {"checkpoint": entry.name, "epoch": position["epoch"], "step": position["step"]}}
        if entry.best is not None:
            pointers["best"] = dict(entry.best)
        files = {f"{which}.json": dumps(add_checksum(value), indent=2).encode() for which, value in pointers.items()}
        for name in files:
            storage.place(self.folder, name)
        storage.write_files(self.folder, files, durable=self.durable)

    def _prune(self) -> None:
        """Remove old checkpoints, but none that a pointer names, or will name next."""
        # What the pointers name, what is being written and flushed, and the newest `keep`. Everything else may go.
        protected = {*self._at_work}
        for entry in (self._written, self._flushed):
            if entry is not None:
                protected |= entry.names
        for name in self.names()[: -self.keep]:
            if name not in protected:
                storage.remove_folder(self.folder / name)


def _check_fields(pointer: Mapping[str, Any], *, is_best: bool) -> None:
    """Refuse a pointer whose fields are not what a reader expects.

    Raises:
        ValueError, KeyError: a field is missing or has another type.
    """
    for field in ("epoch", "step"):
        if type(pointer.get(field, 0)) is not int:
            raise ValueError(f"{field} is not an integer")
    if is_best and not (isinstance(pointer["value"], int | float) and isinstance(pointer["metric"], str)):
        raise ValueError("the metric or its value has another type")


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not the name of a checkpoint")
    return value


def _position(name: str) -> tuple[int, float]:
    """Order of names in time: the middle of epoch 7 comes before its end."""
    match = _NAME.fullmatch(name)
    assert match is not None
    return int(match[1]), float(match[2] or "inf")
