"""Journal of a sweep: an append-only log of events, from which the state of the sweep is restored.

Each line is passed to the operating system at once, so a kill at any moment loses at most the line being written; an
incomplete last line is truncated before the journal is continued. Each line has a checksum. The results of a trial are
flushed to disk before the next line, so they survive a power failure.

| Event | Meaning |
|---|---|
| begun | a process starts or resumes the sweep |
| proposed | a trial gets its number and values |
| started | a worker starts to train the trial |
| epoch | the trial has finished an epoch with this value of the metric |
| stopped | the trial was interrupted and will continue from its last checkpoint |
| lost | the trial was interrupted because its worker was lost |
| ended | the trial has ended |
| again | a failed trial will be trained again |
| final | a final run of the best configuration has ended |
| tested | the best final model was evaluated on test |
| over | the sweep has finished |
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
    """State of a sweep according to its journal.

    Args:
        trials: Trials by number, in the order in which they were proposed.
        final: Final runs, each with its `configuration`, `seed` and outcome.
        tested: Evaluations on test, each with its `configuration`, `seed` and metrics.
        seconds: Wall time of all sessions up to the last line.
        is_over: Whether the sweep has finished.
        workers: Number of parallel workers in the last session.
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
        """Trials in the order of their numbers."""
        return tuple(self.trials.values())

    def apply(self, record: Mapping[str, Any]) -> None:
        """Apply the event of one line to the state.

        Raises:
            KeyError, TypeError, ValueError: The record is not a line of a journal.
        """
        # New events and those read from the file change the state only here, so a resumed sweep cannot differ from one
        # that was never interrupted.
        event, fields = record["event"], {key: record[key] for key in record.keys() - {"event", "time", "trial"}}
        if "broken" in fields:  # the name of `violated` in older journals
            fields["violated"] = fields.pop("broken")
        now = datetime.fromisoformat(record["time"])
        # The time between the last line of a session and "begun" of the next does not count.
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
    # A trial that resumes from a checkpoint repeats epochs, which replace the earlier values.
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


#: Events with the results of a training.
_RESULTS = frozenset({"ended", "final", "tested"})


class Journal:
    """Journal of a sweep, written by the single process that runs the sweep.

    Args:
        path: Path of the file; an incomplete last line is truncated.
        check: Function that is called before each line and raises if the file must no longer be written.

    Raises:
        StorageError: The file cannot be read, or has a line that is not an event.
    """

    def __init__(self, path: Path, *, check: Callable[[], object] = lambda: None) -> None:
        self.path = path
        self.check = check
        self.state = read_journal(path)
        if path.exists():
            # Without any newline rfind returns −1, which removes the incomplete only line.
            truncate(path, read_bytes(path).rfind(b"\n") + 1)

    def propose(self, proposals: Iterable[Proposal]) -> None:
        """Add proposals as trials with the next numbers."""
        for number, it in enumerate(proposals, start=len(self.state.trials)):
            self.add("proposed", trial=number, values=it.values, repeat=it.repeat, stage=it.stage)

    def add(self, event: str, **fields: Any) -> None:
        """Write an event and apply it to the state.

        Raises:
            StorageError: The line cannot be written.
        """
        record = {"event": event, "time": utc_now(), **fields}
        self.check()
        # Written before applied, so that the state in memory is never ahead of the file.
        append_line(self.path, dumps(add_checksum(record)))
        # Only results are flushed; a lost "epoch" is sent again by the resumed trial.
        if event in _RESULTS:
            flush([self.path])
        self.state.apply(record)


def read_journal(path: Path) -> SweepState:
    """Read the state of a sweep from its journal, without modifying the file.

    Raises:
        StorageError: The file cannot be read, or has a line that is not an event.
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
