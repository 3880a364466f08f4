"""Two runs side by side: is the second better, or is the difference what chance makes of so few examples?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dlcli.diagnosis import Interval, Measure, difference_interval, paired_difference_interval
from dlcli.errors import StorageError
from dlcli.runs import RunFolder, files
from dlcli.split_options import UNSEEN_SPLITS

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 80


@dataclass(frozen=True)
class EvaluatedRun:
    """A run with what it said of each example.

    Args:
        run: its id.
        measure: the unit of its error.
        predictions: by split, the records of predictions/<split>.jsonl: `id`, `target`, and the `class` or the values
            that were predicted.
    """

    run: str
    measure: Measure
    predictions: Mapping[str, Sequence[Mapping[str, Any]]]

    @classmethod
    def read(cls, folder: RunFolder) -> EvaluatedRun | None:
        """What a run's folder holds of it; None when the run has no report yet.

        Raises:
            StorageError: a file cannot be read.
        """
        if not (folder.path / files.REPORT).is_file():
            return None
        try:
            measure = Measure(folder.read_json(files.REPORT)["diagnosis"]["measure"])
        except (KeyError, TypeError, ValueError) as error:
            raise StorageError("is not the report of a run", file=str(folder.path / files.REPORT)) from error
        predictions = {
            split: folder.read_records(name)
            for split in UNSEEN_SPLITS
            if (folder.path / (name := files.predictions(split))).is_file()
        }
        for split, records in predictions.items():
            if not all({"id", "target"} < record.keys() for record in records):
                raise StorageError("is not what a run predicts", file=str(folder.path / files.predictions(split)))
        return cls(folder.id, measure, predictions)


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
class ErrorComparison:
    """The errors of two runs on every split that both have predictions for.

    Args:
        first: id of the first run.
        second: id of the second run.
        measure: the unit of the errors; None when the runs do not share one, and nothing can be said.
        splits: the comparisons.
    """

    first: str
    second: str
    measure: Measure | None
    splits: tuple[SplitComparison, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "first": self.first,
            "second": self.second,
            "measure": None if self.measure is None else self.measure.value,
            "splits": [asdict(split) | {"verdict": split.verdict} for split in self.splits],
        }


def compare_errors(first: EvaluatedRun, second: EvaluatedRun) -> ErrorComparison:
    """Compare the errors of two runs, when they are in the same unit."""
    if first.measure is not second.measure:
        return ErrorComparison(first.run, second.run, None, ())
    splits = tuple(
        _compare_split(split, first.predictions[split], second.predictions[split], first.measure)
        for split in UNSEEN_SPLITS
        if first.predictions.get(split) and second.predictions.get(split)
    )
    return ErrorComparison(first.run, second.run, first.measure, splits)


def _compare_split(
    split: str, first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]], measure: Measure
) -> SplitComparison:
    is_paired = len(first) == len(second) and _targets(first) == _targets(second)
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
        return np.array([float(record["class"] != record["target"]) for record in ordered])
    return measure.per_example(
        np.array([_values(record) for record in ordered], dtype=np.float64),
        np.array([np.ravel(record["target"]) for record in ordered], dtype=np.float64),
    )


def _values(record: Mapping[str, Any]) -> list[float]:
    """The predicted values of an example, which stand in its record under names of their own."""
    return [value for key, value in record.items() if key not in {"id", "target"}]


def comparison_table(comparison: ErrorComparison) -> Table:
    """Each split with both errors, the interval of their difference and the verdict."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, width=WIDTH, pad_edge=False)
    table.caption = f"first: {comparison.first}\nsecond: {comparison.second}"
    table.caption_justify = "left"
    table.add_column("split")
    for header in ("first", "second", "difference"):
        table.add_column(header, justify="right")
    table.add_column("verdict")
    measure = comparison.measure
    for split in comparison.splits:
        assert measure is not None
        ends = measure.difference_range_text(split.difference.low, split.difference.high)
        table.add_row(
            split.split,
            measure.text(split.first),
            measure.text(split.second),
            f"{measure.difference_text(split.difference.value)} ({ends})",
            split.verdict,
        )
    return table
