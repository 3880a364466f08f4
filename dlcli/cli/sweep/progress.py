"""Progress of a sweep: a row for each trial that has ended; on a terminal, running trials and a progress bar below."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dlcli.cli import console
from dlcli.cli.sweep import values
from dlcli.core import formatting
from dlcli.metrics import format_metric
from dlcli.sweeps import SweepObserver, SweepPlan

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

    from dlcli.search import Configuration, Stage, Trial

#: Minimum number of seconds between two updates.
INTERVAL = 0.1
#: Maximum number of lines of running trials.
MAX_LINES = 16
#: Minimum number of columns of a value.
VALUE_WIDTH = 10


class TrialTable(SweepObserver):
    """Rows of trials on stderr; running trials and the bar appear only on terminals and are removed at the end."""

    def __init__(self) -> None:
        self.console = console.notes()
        self.plan: SweepPlan | None = None
        self.ended = 0
        self.best: Configuration | None = None
        self.running: dict[int, Trial] = {}
        self.reading = self.final = ""
        self.live: Live | None = None
        self.start_time = self.next_update = 0.0

    def on_read(self, what: str, done: int, count: int) -> None:
        self.reading = f"{what}: {done} of {count} files"
        self._draw(now=done == count)

    def on_start(self, plan: SweepPlan) -> None:
        self.plan, self.ended, self.best = plan, plan.ended, plan.best
        self.start_time = time.perf_counter()
        self._print(self._cells("trial", plan.objective.metric, "", "status", "time") + "parameters")
        self._draw(now=True)

    def on_trial_start(self, trial: Trial) -> None:
        self.running[trial.number] = trial
        self._draw(now=True)

    def on_epoch(self, trial: Trial, epoch: int, value: float) -> None:
        self.running[trial.number] = replace(trial, history=(*trial.history[: epoch - 1], value))
        self._draw()

    def on_trial_end(self, trial: Trial, best: Configuration | None) -> None:
        self.running.pop(trial.number, None)
        self.ended += 1
        self.best = best
        is_best = best is not None and trial.value is not None and trial.key == best.key
        row, parameters = self._row(trial, "*" if is_best else ""), values.format_values(trial.values)
        if trial.reason is None:
            self._print(f"{row}{parameters}")
        else:
            row += " ".join(trial.reason.split())
            self._print(f"{row} ({parameters})", keep=len(row))
        self._draw(now=True)

    def on_stage(self, stage: Stage) -> None:
        shares = {name: f"{formatting.percent(high - low)} %" for name, (low, high) in stage.region.ranges.items()}
        choices = {name: f"{len(indices)} of its choices" for name, indices in stage.region.choices.items()}
        narrowed = ", ".join(f"{name} to {text}" for name, text in (shares | choices).items())
        self._print(f"stage {stage.number + 1}: {narrowed or 'the whole space'}")

    def on_final(self, done: int, count: int) -> None:
        self.final = f"final training and test: {done} of {count}"
        if self.console.is_terminal:
            self._draw(now=True)
        else:
            self._print(self.final)

    def on_message(self, message: str) -> None:
        self._print(message, keep=len(message))

    def on_end(self) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None

    @property
    def _plan(self) -> SweepPlan:
        assert self.plan is not None, "on_start comes first"
        return self.plan

    def _row(self, trial: Trial, mark: str = "") -> str:
        """Format a trial without its parameters."""
        value, status, seconds = trial.value, str(trial.status), formatting.duration(trial.seconds)
        if not trial.has_ended:
            value = trial.history[-1] if trial.history else None
            status, seconds = f"{len(trial.history)}/{trial.epochs or '?'}", ""
        return self._cells(str(trial.number), format_metric(self._plan.objective.metric, value), mark, status, seconds)

    def _cells(self, number: str, value: str, mark: str, status: str, seconds: str) -> str:
        width = max(len(self._plan.objective.metric), VALUE_WIDTH)
        return f"{number:>5} {value:>{width}} {mark:1} {status:<8} {seconds:>11}  "

    def _print(self, line: str, *, keep: int = 0) -> None:
        """Print a line above the bar, truncated to the terminal width but not within its first `keep` characters."""
        width = max(self.console.width, keep)
        self.console.print(line if len(line) <= width else f"{line[: width - 1]}…", soft_wrap=True)

    def _draw(self, *, now: bool = False) -> None:
        """Update running trials and bar, at most every `INTERVAL` seconds unless `now`."""
        moment = time.perf_counter()
        if not self.console.is_terminal or (moment < self.next_update and not now):
            return
        self.next_update = moment + INTERVAL
        if self.live is None:
            from rich.live import Live

            self.live = Live(console=self.console, auto_refresh=False, transient=True, redirect_stdout=False)
            self.live.start()
        self.live.update(self._render(), refresh=True)

    def _render(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        if self.plan is None:
            return Text(self.reading)
        running = [self.running[number] for number in sorted(self.running)]
        lines = [self._row(it) + values.format_values(it.values) for it in running[:MAX_LINES]]
        if len(running) > MAX_LINES:
            lines.append(f"      … and {len(running) - MAX_LINES} more")
        bar = Table.grid(padding=(0, 2, 0, 0))
        bar.width = max(self.console.width - len("^C"), 1)  # leaves room for the ^C that terminals echo
        bar.add_column(no_wrap=True)
        bar.add_column(ratio=1)
        bar.add_column(no_wrap=True)
        done, total = self.ended, self.plan.trials
        progress_bar = ProgressBar(total=total, completed=done) if total is not None else ""
        progress = f"{done}/{total}" if total is not None else formatting.count(done, "trial")
        bar.add_row(progress, progress_bar, self._status())
        return Group(*(Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in lines), bar)

    def _status(self) -> str:
        """Format the best value so far and the remaining time."""
        metric, best = self._plan.objective.metric, ""
        if self.best is not None:
            best = f"best {format_metric(metric, self.best.value)} (trial {self.best.number})"
        if self.final:
            return f"{best}  {self.final}"
        remaining = self._remaining_seconds()
        return best if remaining is None else f"{best}  {formatting.duration(remaining)} left".lstrip()

    def _remaining_seconds(self) -> float | None:
        """Estimate the remaining time from the speed so far; None if unknown or if the trials are not limited."""
        plan = self._plan
        if plan.trials is None:
            return None
        running = sum(len(it.history) / it.epochs for it in self.running.values() if it.epochs)
        done = self.ended - plan.ended + running
        remaining = plan.trials - self.ended - running
        return (time.perf_counter() - self.start_time) / done * max(remaining, 0.0) if done > 0 else None


@contextlib.contextmanager
def show_progress(*, quiet: bool) -> Iterator[SweepObserver]:
    """Yield an observer that shows the progress during the block, or nothing if `quiet`."""
    observer = SweepObserver() if quiet else TrialTable()
    try:
        yield observer
    finally:
        observer.on_end()
