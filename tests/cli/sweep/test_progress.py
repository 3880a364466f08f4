"""Progress of a sweep, on terminals and otherwise."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from dlcli.cli import console
from dlcli.cli.sweep import progress
from dlcli.core import Direction
from dlcli.search import Objective, Region, Stage, Trial
from dlcli.sweeps import SweepPlan

OBJECTIVE = Objective("dev/error", direction=Direction.MINIMIZE)
PLAN = SweepPlan(id="a", objective=OBJECTIVE, trials=4, workers=2, ended=0)
CLEARED = "\x1b[2K"


def trial(number: int, **fields: object) -> Trial:
    values = {"optimizer.learning_rate": 0.01 * (number + 1), "model.hidden_units": [64, 32]}
    return replace(Trial(number=number, values=values, epochs=3), **fields)  # type: ignore[arg-type]


def done(number: int, value: float, **fields: object) -> Trial:
    return trial(number, status="done", value=value, history=(value,) * 3, seconds=2.0, **fields)


def end(
    table: progress.TrialTable, *trials: Trial, before: tuple[Trial, ...] = (), objective: Objective = OBJECTIVE
) -> None:
    """Notify the table of trials that end one after the other."""
    for count in range(1, len(trials) + 1):
        table.on_trial_end(trials[count - 1], objective.best([*before, *trials[:count]]))


Script = Callable[[progress.TrialTable], None]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Function that returns the output to stderr while a script notifies the observer."""

    def call(script: Script, *, terminal: bool = False, width: int | None = None, plan: SweepPlan = PLAN) -> str:
        stream = io.StringIO()
        shown = Console(
            file=stream,
            force_terminal=terminal,
            width=width or (100 if terminal else console.UNWRAPPED),
            height=24,
            markup=False,
            highlight=False,
            color_system=None,
        )
        monkeypatch.setattr(console, "notes", lambda: shown)
        with progress.show_progress(quiet=False) as table:
            assert isinstance(table, progress.TrialTable)
            table.on_start(plan)
            script(table)
        return stream.getvalue()

    return call


def sample_sweep(table: progress.TrialTable) -> None:
    """Notify the table of two parallel trials, a message, and a trial that diverges."""
    table.on_trial_start(trial(0, status="running"))
    table.on_trial_start(trial(1, status="running"))
    for epoch in (1, 2, 3):
        table.on_epoch(trial(0, status="running", history=(0.5,) * (epoch - 1)), epoch, 0.5 / epoch)
        table.on_epoch(trial(1, status="running", history=(0.5,) * (epoch - 1)), epoch, 0.4 / epoch)
    end(table, done(1, 0.4), done(0, 0.5))
    table.on_message("worker 1 was lost")
    table.on_trial_start(trial(2, status="running"))
    diverged = trial(2, status="diverged", reason="the loss is NaN\nin step 7", seconds=0.1)
    table.on_trial_end(diverged, OBJECTIVE.best([done(1, 0.4)]))


def test_rows_without_terminal(show):
    lines = [" ".join(line.split()) for line in show(sample_sweep).splitlines()]
    expected = [
        "trial dev/error status time parameters",
        "1 40.0 % * done 2.0 s learning_rate=0.02 hidden_units=[64, 32]",
        "0 50.0 % done 2.0 s learning_rate=0.01 hidden_units=[64, 32]",
        "worker 1 was lost",
        "2 – diverged 0.1 s the loss is NaN in step 7 (learning_rate=0.03 hidden_units=[64, 32])",
    ]
    assert lines == expected


def test_columns_are_aligned(show):
    plan = replace(PLAN, objective=Objective("train_dev/macro_f1", direction=Direction.MAXIMIZE))
    header, row = show(lambda table: end(table, done(0, 0.25)), plan=plan).splitlines()
    assert header.index("parameters") == row.index("learning_rate")
    assert header.index("f1") + len("f1") == row.index("25.0 %") + len("25.0 %")


def test_running_trials_and_bar_on_terminal(show):
    shown = show(sample_sweep, terminal=True)
    assert "3/3" in shown  # epochs of a running trial
    assert "2/4" in shown  # trials
    assert "best 40.0 % (trial 1)" in shown
    assert "left" in shown
    assert "NaN in step 7" in shown


def test_rows_are_truncated_to_terminal_width(show):
    shown = show(lambda table: end(table, done(0, 0.25)), terminal=True, width=50)
    (row,) = [line for line in shown.replace(CLEARED, "\n").splitlines() if "25.0 %" in line and "done" in line]
    assert row.endswith("…")
    assert len(row) == 50


def test_maximum_number_of_running_trials(show):
    def start(table: progress.TrialTable) -> None:
        for number in range(40):
            table.on_trial_start(trial(number, status="running"))

    shown = show(start, terminal=True, plan=replace(PLAN, trials=40))
    assert "… and 24 more" in shown


def test_updates_are_throttled(show):
    def many(table: progress.TrialTable) -> None:
        for epoch in range(1, 2001):
            table.on_epoch(trial(0, status="running"), epoch, 0.5)

    assert show(many, terminal=True).count("trial") < 50


@pytest.mark.parametrize(
    ("direction", "values"), [(Direction.MINIMIZE, (0.25, 0.1)), (Direction.MAXIMIZE, (0.25, 0.4))]
)
def test_best_so_far_with_earlier_trials_and_direction(show, direction, values):
    objective = replace(OBJECTIVE, direction=direction)
    before = (done(0, 0.3), done(1, 0.2))
    plan = replace(PLAN, objective=objective, ended=2, best=objective.best(before))

    def script(table: progress.TrialTable) -> None:
        end(table, done(2, values[0]), done(3, values[1]), before=before, objective=objective)

    shown = show(script, plan=plan)
    assert ["*" in line.split() for line in shown.splitlines()] == [False, False, True]
    assert "2/4" in show(lambda table: None, plan=plan, terminal=True)


def test_best_is_by_mean_over_seeds(show):
    again = replace(done(2, 0.5), values=done(0, 0.0).values, repeat=1)  # 0.1 and 0.5 are 0.3 on average
    shown = show(lambda table: end(table, done(0, 0.1), done(1, 0.2), again), terminal=True)
    assert "best 20.0 % (trial 1)" in shown


def test_stages_and_final_training(show):
    whole, part = Region.whole(), Region({"training.epochs": (0.25, 0.5)}, {"model.cell": (0,)})

    def script(table: progress.TrialTable) -> None:
        table.on_stage(Stage(0, region=whole, trials=(0, 1), best=None))
        table.on_stage(Stage(1, region=part, trials=(2, 3), best=None))
        table.on_final(0, 3)

    stages = ["stage 1: the whole space", "stage 2: training.epochs to 25 %, model.cell to 1 of its choices"]
    final = "final training and test: 0 of 3"
    assert show(script).splitlines()[1:] == [*stages, final]
    assert final in show(script, terminal=True)


def test_no_estimate_without_number_of_trials(show):
    shown = show(sample_sweep, terminal=True, plan=replace(PLAN, trials=None))
    assert "2 trials" in shown
    assert "left" not in shown


def test_reading_is_shown_on_terminals_only(monkeypatch):
    def reading(*, terminal: bool) -> str:
        stream = io.StringIO()
        shown = Console(file=stream, force_terminal=terminal, width=80, color_system=None)
        monkeypatch.setattr(console, "notes", lambda: shown)
        with progress.show_progress(quiet=False) as table:
            table.on_read("images", 10, 500)
        return stream.getvalue()

    assert "images: 10 of 500 files" in reading(terminal=True)
    assert reading(terminal=False) == ""


def test_quiet(capsys):
    with progress.show_progress(quiet=True) as quiet:
        quiet.on_start(PLAN)
        quiet.on_trial_end(done(0, 0.5), None)
    assert capsys.readouterr() == ("", "")
