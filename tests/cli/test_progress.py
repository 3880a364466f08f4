"""Rows of the epochs, with and without a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from dlcli.cli import console, progress
from dlcli.training import Plan, Progress

RECORD = {
    "kind": "epoch",
    "epoch": 1,
    "step": 10,
    "seconds": 0.5,
    "train/loss": 0.34567,
    "dev/error": 0.05,
    "norms": {"a": 1},
}


def show(epochs: list[bool], monkeypatch: pytest.MonkeyPatch, *, terminal: bool, width: int = 80) -> str:
    stream = io.StringIO()
    shown = Console(file=stream, force_terminal=terminal, width=width, markup=False, highlight=False)
    monkeypatch.setattr(console, "notes", lambda: shown)
    table = progress.EpochTable()
    table.on_start(Plan(epochs=len(epochs), steps_per_epoch=10, epoch=0, batch=0))
    for number, is_best in enumerate(epochs, start=1):
        table.on_step(Progress(epoch=number, batch=5, steps_per_epoch=10, step=10 * number - 5, loss=0.5))
        table.on_epoch(RECORD | {"epoch": number}, is_best)
    table.on_message("something happened")
    table.on_end()
    return stream.getvalue()


def test_without_a_terminal_there_are_plain_rows_under_one_header(monkeypatch):
    lines = show([True, False], monkeypatch, terminal=False).splitlines()
    assert [line.split() for line in lines] == [
        ["epoch", "train/loss", "dev/error"],
        ["1", "0.3457", "5.00", "%", "*"],
        ["2", "0.3457", "5.00", "%"],
        ["something", "happened"],
    ]
    assert len({line.index("5.00 %") for line in lines[1:3]}) == 1


def test_on_a_terminal_there_is_a_bar_below_the_rows(monkeypatch):
    shown = show([True], monkeypatch, terminal=True)
    assert "step" in shown
    assert "train/loss" in shown


@pytest.mark.parametrize(("width", "columns"), [(80, 2), (24, 1), (10, 0)])
def test_a_narrow_terminal_has_fewer_columns(width, columns):
    assert len(progress.fitting_metrics(RECORD, width)) == columns


def test_quiet_shows_nothing(capsys):
    quiet = progress.observer(quiet=True)
    quiet.on_start(Plan(epochs=1, steps_per_epoch=1, epoch=0, batch=0))
    quiet.on_epoch(RECORD, True)
    quiet.on_end()
    assert capsys.readouterr() == ("", "")
