"""Journal: restored state, incomplete and damaged lines."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from dlcli.core import StorageError
from dlcli.search import Proposal
from dlcli.sweeps.runner.journal import Journal, read_journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.add("begun", process=1, workers=2)
    journal.propose([Proposal(values={"a.b": 0.1}), Proposal(values={"a.b": [1, 2]}, repeat=1, stage=3)])
    return journal


def test_state_is_restored(journal: Journal) -> None:
    journal.add("started", trial=0, epochs=3)
    for epoch, value in ((1, 0.5), (2, 0.25)):
        journal.add("epoch", trial=0, epoch=epoch, value=value)
    journal.add("stopped", trial=0, reason="stopped by SIGINT", seconds=1.5)
    journal.add("started", trial=0, epochs=3)
    journal.add("epoch", trial=0, epoch=2, value=0.25)  # repeated after a checkpoint
    journal.add("epoch", trial=0, epoch=3, value=0.125)
    journal.add("ended", trial=0, status="done", value=0.125, violated=[], metrics={"dev/error": 0.125}, seconds=2.0)
    journal.add("final", configuration=0, seed=7, status="done", value=0.1, violated=[])
    state = read_journal(journal.path)
    assert state == journal.state
    trial, other = state.ordered
    assert (trial.status, trial.value, trial.history) == ("done", 0.125, (0.5, 0.25, 0.125))
    assert (trial.attempts, trial.epochs, trial.seconds) == (2, 3, 3.5)
    assert (other.status, other.values, other.repeat, other.stage) == ("waiting", {"a.b": [1, 2]}, 1, 3)
    assert [(record["configuration"], record["seed"]) for record in state.final] == [(0, 7)]
    assert state.workers == 2
    assert not state.is_over


def test_older_journals_are_read(journal: Journal) -> None:
    constraint = "latency_ms <= 5"
    journal.add("ended", trial=0, status="done", value=0.5, broken=[constraint], metrics={})
    journal.add("final", configuration=0, seed=7, status="done", value=0.5, broken=[constraint])
    state = read_journal(journal.path)
    assert state.trials[0].violated == (constraint,)
    assert state.final[0]["violated"] == [constraint]


def test_lost_worker_is_counted(journal: Journal) -> None:
    journal.add("started", trial=0, epochs=3)
    reason = "its worker was ended by SIGKILL"
    journal.add("lost", trial=0, reason=reason)
    trial = journal.state.trials[0]
    assert (trial.status, trial.times_lost, trial.reason) == ("interrupted", 1, reason)
    journal.add("ended", trial=0, status="killed", reason="again")
    journal.add("again", trial=0)
    assert (journal.state.trials[0].status, journal.state.trials[0].times_lost) == ("waiting", 0)


def test_changed_bits_are_detected_or_harmless(journal: Journal) -> None:
    journal.add("started", trial=0, epochs=3)
    journal.add("ended", trial=0, status="done", value=0.125, violated=[], metrics={"dev/error": 0.125}, seconds=2.0)
    original = journal.path.read_bytes()
    for offset in range(len(original) - 1):  # without the final newline, the last line would count as incomplete
        journal.path.write_bytes(original[:offset] + bytes([original[offset] ^ 1]) + original[offset + 1 :])
        with contextlib.suppress(StorageError):
            assert read_journal(journal.path) == journal.state, offset


def test_line_without_checksum(journal: Journal) -> None:
    with journal.path.open("a") as file:
        file.write('{"event": "started", "time": "2026-01-01T00:00:00.000Z", "trial": 1, "epochs": 4}\n')
    assert read_journal(journal.path).trials[1].epochs == 4


@pytest.mark.parametrize("cut", range(1, 30, 7))
def test_incomplete_last_line_is_dropped(journal: Journal, cut: int) -> None:
    before = read_journal(journal.path)
    journal.add("started", trial=0, epochs=3)
    content = journal.path.read_bytes()
    journal.path.write_bytes(content[:-cut])
    assert read_journal(journal.path) == before
    again = Journal(journal.path)
    again.add("started", trial=1, epochs=2)
    assert read_journal(journal.path).trials[1].status == "running"
    assert read_journal(journal.path).trials[0].status == "waiting"


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "started", "time": "2026-01-01T00:00:00.000Z", "trial": 9, "epochs": 1}',
        '{"event": "invented", "time": "2026-01-01T00:00:00.000Z", "trial": 0}',
        '{"event": "epoch", "time": "2026-01-01T00:00:00.000Z", "trial": 0, "epoch": 5, "value": 1.0}',
        '{"event": "epoch", "time": "yesterday", "trial": 0, "epoch": 1, "value": 1.0}',
        "{}",
        "[]",
    ],
)
def test_damaged_line(journal: Journal, line: str) -> None:
    with journal.path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(StorageError) as caught:
        read_journal(journal.path)
    assert (caught.value.file, caught.value.line) == (str(journal.path), 4)


def test_time_between_sessions_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    lines = [
        '{"event": "begun", "time": "2026-01-01T00:00:00.000Z", "process": 1, "workers": 1}',
        '{"event": "proposed", "time": "2026-01-01T00:00:10.000Z", "trial": 0, "values": {}, "repeat": 0, "stage": 0}',
        '{"event": "begun", "time": "2026-01-02T00:00:00.000Z", "process": 2, "workers": 1}',
        '{"event": "over", "time": "2026-01-02T00:00:05.000Z"}',
    ]
    path.write_text("".join(f"{line}\n" for line in lines))
    state = read_journal(path)
    assert state.seconds == 15
    assert state.is_over
