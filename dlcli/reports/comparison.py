"""Two runs side by side: is the second better, or is the difference what chance makes of so few examples?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dlcli.core import UNSEEN_SPLITS, StorageError, formatting
from dlcli.diagnosis import (
    TEXT_STRETCHES,
    Interval,
    Measure,
    SampledErrors,
    difference_interval,
    difference_remarks,
    interval_remarks,
    paired_difference_interval,
)
from dlcli.runs import RunFolder, checksum, files

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
        unit: plural of what was sampled independently; where it is not the example, a record's `group` names its own.
        data: by split, the SHA-256 of the data that it was taken from, in hexadecimal; empty where they are not known.
    """

    run: str
    measure: Measure
    predictions: Mapping[str, Sequence[Mapping[str, Any]]]
    unit: str = "examples"
    data: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: RunFolder) -> EvaluatedRun | None:
        """What a run's folder holds of it; None when the run has no report yet.

        Raises:
            StorageError: a file cannot be read, or is not what the run wrote.
        """
        report = folder.report()
        if report is None:
            return None
        try:
            measure = Measure(report["diagnosis"]["measure"])
            unit = str(report.get("unit", "examples"))
            written = {split: (file["rows"], file["sha256"]) for split, file in report.get("predictions", {}).items()}
            sizes = {level["name"]: level["num_examples"] for level in report["diagnosis"]["levels"]}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StorageError("is not the report of a run", file=str(folder.path / files.REPORT)) from error
        predictions = {}
        for split in UNSEEN_SPLITS:
            name = files.predictions(split)
            if split in written or (folder.path / name).is_file():
                rows, sha256 = written.get(split, (sizes.get(split), None))
                predictions[split] = _intact_records(folder, name, rows, sha256)
        return cls(folder.id, measure, predictions, unit)

    @property
    def has_units(self) -> bool:
        """Whether examples were sampled together."""
        return self.unit != "examples"


def _intact_records(folder: RunFolder, name: str, rows: int | None, sha256: str | None) -> list[dict[str, Any]]:
    """The records of a predictions file.

    Args:
        folder: folder of the run.
        name: name of the file in it.
        rows: number of records that the run wrote; None where it is not known.
        sha256: checksum of what the run wrote; None for runs of versions that did not record it.

    Raises:
        StorageError: the file is missing, was cut or was changed.
    """
    contents, records = folder.read_bytes(name), folder.read_records(name)
    if rows is not None and len(records) != rows:
        message = f"has {formatting.count(len(records), 'prediction')}; the run wrote {rows}"
        raise StorageError(message, file=str(folder.path / name))
    if sha256 is not None and checksum(contents) != sha256:
        message = f"was changed: its SHA-256 is not the one in {files.REPORT}"
        raise StorageError(message, file=str(folder.path / name))
    if not all({"id", "target"} < record.keys() for record in records):
        raise StorageError("is not what a run predicts", file=str(folder.path / name))
    return records


@dataclass(frozen=True)
class SplitComparison:
    """The errors of two runs on one split.

    Args:
        split: train_dev, dev or test.
        first: error of the first run.
        second: error of the second run.
        difference: second − first with its interval; below zero the second is better. None where the data or the
            truth differ, so that the errors say nothing about each other.
        is_paired: whether both were measured on the same examples; otherwise neither is called better.
        num_examples: number of examples that each run was measured on.
        mismatch: what differs between the examples of the two; None where they are the same.
        remarks: why the interval of the difference is unreliable, if it is.
    """

    split: str
    first: float
    second: float
    difference: Interval | None
    is_paired: bool
    num_examples: tuple[int, int]
    mismatch: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["first is better", "second is better", "inconclusive"]:
        if self.difference is None or not self.is_paired:
            return "inconclusive"
        if not self.difference.is_known or self.difference.covers(0):
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
        _compare_split(split, first, second)
        for split in UNSEEN_SPLITS
        if first.predictions.get(split) and second.predictions.get(split)
    )
    return ErrorComparison(first.run, second.run, first.measure, splits)


def _compare_split(split: str, first: EvaluatedRun, second: EvaluatedRun) -> SplitComparison:
    measure = first.measure
    one, other = (_sorted_by_id(run.predictions[split]) for run in (first, second))
    of_first, of_second = _errors(one, first), _errors(other, second)
    mismatch, is_comparable = _mismatch(one, other, first.data.get(split), second.data.get(split))
    difference = None
    remarks: list[str] = []
    if mismatch is None:
        difference = paired_difference_interval(of_second, of_first, measure)
        remarks = difference_remarks(split, of_first, of_second, measure, first.unit)
    elif is_comparable:
        difference = difference_interval(of_second, of_first, measure)
        for errors, run in ((of_first, first), (of_second, second)):
            remarks += interval_remarks(split, errors, measure, run.unit)
    return SplitComparison(
        split,
        measure.of_mean(of_first.mean),
        measure.of_mean(of_second.mean),
        difference,
        mismatch is None,
        (len(one), len(other)),
        mismatch,
        tuple(dict.fromkeys(remarks)),
    )


def _mismatch(
    first: Sequence[Mapping[str, Any]],
    second: Sequence[Mapping[str, Any]],
    first_data: frozenset[str] | None,
    second_data: frozenset[str] | None,
) -> tuple[str | None, bool]:
    """What makes the examples of two runs different, and whether their errors can be compared all the same.

    The same data, the same ids and the same targets make them the same; other examples of the same data are another
    sample of the same population.
    """
    if first_data is not None and second_data is not None and first_data != second_data:
        return "the data differs: the SHA-256 of its files are not the same", False
    ids = [[str(record["id"]) for record in records] for records in (first, second)]
    if ids[0] != ids[1]:
        shared = len(set(ids[0]) & set(ids[1]))
        return f"the examples differ: {shared} of {len(first)} and {len(second)} are in both", True
    changed = sum(one["target"] != other["target"] for one, other in zip(first, second, strict=True))
    if changed:
        return f"the truth differs: {changed} of {len(first)} examples have another target", False
    return None, True


def _sorted_by_id(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(records, key=lambda record: str(record["id"]))


def _errors(records: Sequence[Mapping[str, Any]], run: EvaluatedRun) -> SampledErrors:
    """The errors of a run's records, with what each was sampled together with."""
    units = None
    in_order = run.unit == TEXT_STRETCHES
    if run.has_units:
        units = np.array([record["group"] if in_order else str(record["group"]) for record in records])
    if run.measure is Measure.ERROR_RATE:
        wrong = np.array([float(record["class"] != record["target"]) for record in records])
        return SampledErrors(wrong, None, units)
    predictions = np.array([_values(record, run.has_units) for record in records], dtype=np.float64)
    targets = np.array([np.ravel(record["target"]) for record in records], dtype=np.float64)
    return run.measure.sampled(predictions, targets, units, in_order=in_order)


def _values(record: Mapping[str, Any], has_units: bool) -> list[float]:
    """The predicted values of an example, which stand in its record under names of their own."""
    others = {"id", "target", "group"} if has_units else {"id", "target"}
    return [value for key, value in record.items() if key not in others]


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
        table.add_row(
            split.split,
            measure.unit.text(split.first),
            measure.unit.text(split.second),
            _difference_text(measure, split.difference),
            split.verdict if split.is_paired else "not comparable",
        )
    return table


def _difference_text(measure: Measure, difference: Interval | None) -> str:
    if difference is None:
        return "–"
    bounds = measure.unit.difference_interval(difference.low, difference.high)
    return f"{measure.unit.difference(difference.value)} ({bounds})"


def comparison_remarks(comparison: ErrorComparison) -> list[str]:
    """Why the errors of two runs cannot be compared, or the interval of their difference is unreliable."""
    if comparison.measure is None:
        return ["the errors of the two runs are in different units and cannot be compared"]
    sentences = []
    for split in comparison.splits:
        if split.mismatch is not None:
            sentences.append(f"{split.split}: {split.mismatch}")
        sentences.extend(split.remarks)
    return sentences
