"""Two runs side by side: is the second better, or is the difference what chance makes of so few examples?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dlcli.diagnosis import Interval, Measure, difference_interval, paired_difference_interval

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 80
_SPLITS = ("train_dev", "dev", "test")


@dataclass(frozen=True)
class EvaluatedRun:
    """A run with what it said of each example.

    Args:
        run: its id.
        measure: the unit of its error.
        metrics: final metrics by name, such as `dev/error`.
        predictions: by split, the records of predictions/<split>.jsonl with `id`, `target` and `prediction`.
    """

    run: str
    measure: Measure
    metrics: Mapping[str, float | None]
    predictions: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class SplitComparison:
    """The errors of two runs on one split.

    Args:
        split: train_dev, dev or test.
        first: error of the first run.
        second: error of the second run.
        difference: second − first with its interval; below zero the second is better.
        is_paired: whether both were measured on the same examples.
        num_examples: how many examples each run was measured on.
    """

    split: str
    first: float
    second: float
    difference: Interval
    is_paired: bool
    num_examples: tuple[int, int]

    @property
    def verdict(self) -> Literal["first is better", "second is better", "inconclusive"]:
        if self.difference.covers(0):
            return "inconclusive"
        return "second is better" if self.difference.value < 0 else "first is better"


@dataclass(frozen=True)
class Comparison:
    """Two runs, metric by metric, and where predictions are there, with intervals.

    Args:
        first: id of the first run.
        second: id of the second run.
        measure: the unit of the errors; None when the runs do not share one, and nothing can be said.
        metrics: by name, the value of each run.
        splits: the comparisons of their errors.
    """

    first: str
    second: str
    measure: Measure | None
    metrics: Mapping[str, tuple[float | None, float | None]]
    splits: tuple[SplitComparison, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "first": self.first,
            "second": self.second,
            "measure": None if self.measure is None else self.measure.value,
            "metrics": {name: list(values) for name, values in self.metrics.items()},
            "splits": [asdict(split) | {"verdict": split.verdict} for split in self.splits],
        }


def compare_runs(first: EvaluatedRun, second: EvaluatedRun) -> Comparison:
    """Compare two runs; their errors only when they are in the same unit."""
    names = sorted(first.metrics.keys() | second.metrics.keys())
    metrics = {name: (first.metrics.get(name), second.metrics.get(name)) for name in names}
    if first.measure is not second.measure:
        return Comparison(first.run, second.run, None, metrics, ())
    splits = tuple(
        _compare_split(split, first.predictions[split], second.predictions[split], first.measure)
        for split in _SPLITS
        if first.predictions.get(split) and second.predictions.get(split)
    )
    return Comparison(first.run, second.run, first.measure, metrics, splits)


def _compare_split(
    split: str, first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]], measure: Measure
) -> SplitComparison:
    is_paired = _targets(first) == _targets(second)
    of_first, of_second = (_errors(records, measure) for records in (first, second))
    interval = paired_difference_interval if is_paired else difference_interval
    return SplitComparison(
        split,
        measure.of_errors(of_first),
        measure.of_errors(of_second),
        interval(of_second, of_first, measure),
        is_paired,
        (len(of_first), len(of_second)),
    )


def _targets(records: Sequence[Mapping[str, Any]]) -> dict[Any, Any]:
    """What makes two runs' examples the same: their ids and their targets."""
    return {record["id"]: record["target"] for record in records}


def _errors(records: Sequence[Mapping[str, Any]], measure: Measure) -> np.ndarray[Any, Any]:
    """The error of each example (N,), in the order of the ids."""
    ordered = sorted(records, key=lambda record: str(record["id"]))
    if measure is Measure.ERROR_RATE:
        return np.array([float(record["prediction"] != record["target"]) for record in ordered])
    return measure.per_example(
        np.array([record["prediction"] for record in ordered], dtype=np.float64),
        np.array([record["target"] for record in ordered], dtype=np.float64),
    )


def comparison_table(comparison: Comparison) -> Table:
    """The errors with the interval of their difference and the verdict, then every metric of both runs."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, width=WIDTH, pad_edge=False)
    table.caption = f"first: {comparison.first}\nsecond: {comparison.second}"
    table.caption_justify = "left"
    table.add_column("metric")
    for header in ("first", "second", "difference"):
        table.add_column(header, justify="right")
    table.add_column("verdict")
    measure = comparison.measure
    for split in comparison.splits:
        assert measure is not None
        ends = measure.difference_range_text(split.difference.low, split.difference.high)
        table.add_row(
            f"{split.split} {measure.label}",
            measure.text(split.first),
            measure.text(split.second),
            f"{measure.difference_text(split.difference.value)} ({ends})",
            split.verdict,
            end_section=split is comparison.splits[-1],
        )
    for name, (first, second) in comparison.metrics.items():
        difference = f"{second - first:+.4g}" if first is not None and second is not None else ""
        table.add_row(name, _number(first), _number(second), difference, "")
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
