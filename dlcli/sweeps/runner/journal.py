"""The journal of a sweep: lines that are only ever added, and what they tell when they are read again.

A line is handed to the system at once, so a kill at any moment loses at most the line being written; a torn last line
is cut off before it is continued. Each line holds its own checksum. The end of a trial is on the disk before the
next line: it survives a power cut.

| event | says |
|---|---|
| begun | a process conducts the sweep from here on |
| proposed | a trial has a number and its values |
| started | a worker trains it |
| epoch | the metric after an epoch |
| stopped | it was interrupted: it is to go on from its last checkpoint |
| lost | so it is, as its worker is gone |
| ended | how it ended |
| again | a trial that had failed is to be tried once more |
| final | the best configuration was trained anew with a seed |
| tested | one of those models was evaluated on test |
| over | nothing is left to do |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from dlcli.core import StorageError, dumps
from dlcli.runs import add_checksum, append_line, flush, read_bytes, read_records, truncate, utc_now, verify_checksum
from dlcli.search import Proposal, Trial


@dataclass
class SweepState:
    """What a journal tells.

    Args:
        trials: by number, in the order in which they were proposed.
        final: the final trainings, each with its `configuration`, its `seed` and how it ended.
        tested: the evaluations on test, each with its `configuration`, its `seed` and the figures.
        seconds: how long it has been conducted, in all its sessions, until the last line.
        is_over: whether nothing is left to do.
        workers: how many trained side by side, in the last session.
    """

    trials: dict[int, Trial] = field(default_factory=dict)
    final: list[dict[str, Any]] = field(default_factory=list)
    tested: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    is_over: bool = False
    workers: int = 1
    _last: datetime | None = None

    @property
    def ordered(self) -> tuple[Trial, ...]:
        """The trials by their numbers."""
        return tuple(self.trials.values())

    def apply(self, record: Mapping[str, Any]) -> None:
        """Let one line happen.

        Raises:
            KeyError, TypeError, ValueError: it is no line of a journal.
        """
        # The only place that changes the state: live events and those read from the file take the same way, so a
        # resumed sweep cannot differ from one that was never killed.
        event, fields = record["event"], {key: record[key] for key in record.keys() - {"event", "time", "trial"}}
        now = datetime.fromisoformat(record["time"])
        # The time between the last line of a session and "begun" of the next is not spent on the sweep.
        if event != "begun" and self._last is not None:
            self.seconds += (now - self._last).total_seconds()
        self._last = now
        self.is_over = event == "over"
        if event == "begun":
            self.workers = fields["workers"]
            return
        if event == "over":
            return
        if event == "final":
            self.final.append(fields)
        elif event == "tested":
            self.tested.append(fields)
        elif event == "proposed":
            number = int(record["trial"])
            self.trials[number] = Trial(number=number, **fields)
        else:
            number = int(record["trial"])
            self.trials[number] = _CHANGES[event](self.trials[number], **fields)


def _started(trial: Trial, *, epochs: int) -> Trial:
    return replace(trial, status="running", attempts=trial.attempts + 1, epochs=epochs, reason=None)


def _epoch(trial: Trial, *, epoch: int, value: float) -> Trial:
    # A trial that resumes from a checkpoint repeats epochs: those replace what was known from there on.
    if not 1 <= epoch <= len(trial.history) + 1:
        raise ValueError(f"epoch {epoch} after {len(trial.history)}")
    return replace(trial, history=(*trial.history[: epoch - 1], value))


def _stopped(trial: Trial, *, reason: str, seconds: float = 0.0) -> Trial:
    return replace(trial, status="interrupted", reason=reason, seconds=trial.seconds + seconds)


def _lost(trial: Trial, *, reason: str) -> Trial:
    return replace(trial, status="interrupted", reason=reason, times_lost=trial.times_lost + 1)


def _ended(trial: Trial, *, seconds: float = 0.0, violated: Sequence[str] = (), **outcome: Any) -> Trial:
    return replace(trial, **outcome, violated=tuple(violated), seconds=trial.seconds + seconds)


def _again(trial: Trial) -> Trial:
    return replace(trial, status="waiting", reason=None, value=None, violated=(), metrics={}, times_lost=0)


_CHANGES: dict[str, Callable[..., Trial]] = {
    "started": _started,
    "epoch": _epoch,
    "stopped": _stopped,
    "lost": _lost,
    "ended": _ended,
    "again": _again,
}


#: the events that took training to know
_RESULTS = frozenset({"ended", "final", "tested"})


class Journal:
    """A sweep's journal, kept by the one process that conducts the sweep.

    Args:
        path: the file; a torn last line is cut off.
        check: Raises where nothing may be written any more; called before a line is.

    Raises:
        StorageError: it cannot be read, or a line of it is none of a journal.
    """

    def __init__(self, path: Path, *, check: Callable[[], object] = lambda: None) -> None:
        self.path = path
        self.check = check
        self.state = read_journal(path)
        if path.exists():
            # rfind is −1 without any newline, so the whole torn file goes
            truncate(path, read_bytes(path).rfind(b"\n") + 1)

    def propose(self, proposals: Iterable[Proposal]) -> None:
        """Give the next numbers to proposals."""
        for number, it in enumerate(proposals, start=len(self.state.trials)):
            self.add("proposed", trial=number, values=it.values, repeat=it.repeat, stage=it.stage)

    def add(self, event: str, **fields: Any) -> None:
        """Write one line, and let it happen.

        Raises:
            StorageError: it cannot be written.
        """
        record = {"event": event, "time": utc_now(), **fields}
        self.check()
        # Written first, applied after: what is in memory is never ahead of the file.
        append_line(self.path, dumps(add_checksum(record)))
        # Only what cost training is worth waiting for the disk; a lost "epoch" is said again by the resumed trial.
        if event in _RESULTS:
            flush([self.path])
        self.state.apply(record)


def read_journal(path: Path) -> SweepState:
    """What a journal tells, without changing it.

    Raises:
        StorageError: it cannot be read, or a line of it is none of a journal.
    """
    state = SweepState()
    for line, record in enumerate(read_records(path), start=1):
        try:
            state.apply(verify_checksum(record))
        except (KeyError, TypeError, ValueError) as error:
            raise StorageError(
                "not a line of a sweep's journal; the file is damaged", file=str(path), line=line
            ) from error
    return state
