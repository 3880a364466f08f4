"""Progress of a training: a row of metrics per epoch and, on a terminal, a progress bar for the steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlcli.cli import console
from dlcli.core import printable
from dlcli.metrics import format_metric
from dlcli.training import Observer, Plan, Progress

if TYPE_CHECKING:
    from tqdm import tqdm

#: fields of a line of `metrics.jsonl` that are not metrics
BOOKKEEPING = ("kind", "epoch", "step", "seconds")
WIDTH = 10  # characters of a value


class EpochTable(Observer):
    """Observer that prints one row per epoch on stderr, under a header, and on terminals a progress bar below."""

    def __init__(self) -> None:
        self.console = console.notes()
        self.columns: list[str] = []
        self.bar: tqdm[Any] | None = None

    @property
    def failure(self) -> str | None:
        return getattr(self.console.file, "failure", None)

    def on_read(self, what: str, done: int, count: int) -> None:
        if not self.console.is_terminal:
            return
        from tqdm import tqdm

        if self.bar is None:
            self.bar = tqdm(
                total=count, desc=printable(what), file=self.console.file, unit="file", leave=False, dynamic_ncols=True
            )
        self.bar.update(done - self.bar.n)
        if done == count:
            self.bar.close()
            self.bar = None

    def on_start(self, plan: Plan) -> None:
        if not self.console.is_terminal:
            return
        from tqdm import tqdm

        self.bar = tqdm(
            total=plan.epochs * plan.steps_per_epoch,
            initial=plan.epoch * plan.steps_per_epoch + plan.batch,
            file=self.console.file,
            unit="step",
            leave=False,
            dynamic_ncols=True,
        )

    def on_step(self, progress: Progress) -> None:
        if self.bar is not None:
            self.bar.set_postfix_str(
                f"epoch {progress.epoch}, loss {format_metric('train/loss', progress.loss)}", refresh=False
            )
            self.bar.update(progress.step - self.bar.n)

    def on_epoch(self, record: Mapping[str, Any], is_best: bool) -> None:
        if self.bar is not None:
            self.bar.update(record["step"] - self.bar.n)
        if not self.columns:
            self.columns = fitting_metrics(record, self.console.width)
            self._print(" ".join(heading.rjust(width_of(heading)) for heading in ("epoch", *self.columns)))
        cells = [str(record["epoch"]).rjust(width_of("epoch"))]
        cells += [format_metric(column, record.get(column)).rjust(width_of(column)) for column in self.columns]
        self._print(" ".join([*cells, "*"] if is_best else cells))

    def on_message(self, message: str) -> None:
        self._print(message)

    def on_end(self) -> None:
        if self.bar is not None:
            self.bar.close()

    def _print(self, line: str) -> None:
        """Print above the bar."""
        if self.bar is not None:
            self.bar.clear()
        self.console.print(line, soft_wrap=True)
        if self.bar is not None:
            self.bar.refresh()


def width_of(heading: str) -> int:
    return max(len(heading), WIDTH) if heading != "epoch" else len(heading)


def fitting_metrics(record: Mapping[str, Any], width: int) -> list[str]:
    """Return the metrics that fit into `width` characters: the training loss, then metrics on other splits."""
    names = [name for name, value in record.items() if isinstance(value, int | float) and name not in BOOKKEEPING]
    names.sort(key=lambda name: (name != "train/loss", "dev/" not in name, "/" not in name))
    remaining_width = width - width_of("epoch") - len(" *")
    columns = []
    for name in names:
        remaining_width -= 1 + width_of(name)
        if remaining_width < 0:
            break
        columns.append(name)
    return columns


def observer(*, quiet: bool) -> Observer:
    """Return the epoch table, or an observer without output if `quiet`."""
    return Observer() if quiet else EpochTable()
