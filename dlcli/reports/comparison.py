"""Comparison of the errors of two runs, with the significance of the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dlcli.core import UNSEEN_SPLITS, ConfigError, StorageError, formatting
from dlcli.diagnosis import (
    TEXT_STRETCHES,
    Interval,
    Sample,
    difference_interval,
    difference_remarks,
    error_of,
    interval_remarks,
    paired_difference_interval,
    sample_of,
)
from dlcli.runs import RunFolder, checksum, files
from dlcli.tasks import ErrorMeasure, error_measure

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 80


@dataclass(frozen=True)
class EvaluatedRun:
    """A run with its predictions.

    Args:
        run: Id of the run.
        measure: Unit of its error.
        predictions: Records of predictions/<split>.jsonl by split: `id`, `target`, and the predicted `class` or values.
        unit: Plural of the sampling unit; if it is not the example, `group` in a record identifies its unit.
        data: SHA-256 of the data files in hexadecimal, by split; empty if unknown.
    """

    run: str
    measure: ErrorMeasure
    predictions: Mapping[str, Sequence[Mapping[str, Any]]]
    unit: str = "examples"
    data: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: RunFolder) -> EvaluatedRun | None:
        """Read a run from its folder; None if the run has no report yet.

        Raises:
            StorageError: A file cannot be read, or has changed since the run wrote it.
        """
        report = folder.report()
        if report is None:
            return None
        try:
            measure = error_measure(report["diagnosis"]["measure"])
            unit = str(report.get("unit", "examples"))
            written = {split: (file["rows"], file["sha256"]) for split, file in report.get("predictions", {}).items()}
            head = report.get("head")
            sizes = {level["name"]: level["num_examples"] for level in report["diagnosis"]["levels"]}
        except (ConfigError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise StorageError("does not contain the report of a run", file=str(folder.path / files.REPORT)) from error
        predictions = {}
        for split in UNSEEN_SPLITS:
            name = files.predictions(split)
            if split in written or (folder.path / name).is_file():
                rows, sha256 = written.get(split, (sizes.get(split), None))
                records = _intact_records(folder, name, rows, sha256)
                predictions[split] = records if head is None else _records_of(head, records)
        return cls(folder.id, measure, predictions, unit)

    @property
    def has_units(self) -> bool:
        """Whether the sampling units are not the examples."""
        return self.unit != "examples"


def _intact_records(folder: RunFolder, name: str, rows: int | None, sha256: str | None) -> list[dict[str, Any]]:
    """Read and check the records of a predictions file.

    Args:
        folder: Folder of the run.
        name: Name of the file in the folder.
        rows: Number of records that the run wrote; None if unknown.
        sha256: SHA-256 of the file when the run wrote it; None for runs of versions that did not record it.

    Raises:
        StorageError: The file is missing, truncated or changed.
    """
    contents, records = folder.read_bytes(name), folder.read_records(name)
    if rows is not None and len(records) != rows:
        message = f"expected {formatting.count(rows, 'prediction')}, got {len(records)}"
        raise StorageError(message, file=str(folder.path / name))
    if sha256 is not None and checksum(contents) != sha256:
        message = f"has changed: its SHA-256 differs from the one in {files.REPORT}"
        raise StorageError(message, file=str(folder.path / name))
    if not all({"id", "target"} < record.keys() for record in records):
        raise StorageError("does not contain predictions of a run", file=str(folder.path / name))
    return records


def _records_of(head: str, records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the records of one head of a multi-task model, for the examples that have a target of it."""
    prefix = f"{head}."
    return [
        {key: record[key] for key in ("id", "group") if key in record}
        | {key.removeprefix(prefix): value for key, value in record.items() if key.startswith(prefix)}
        | {"target": record["target"][head]}
        for record in records
        if record["target"][head] is not None
    ]


@dataclass(frozen=True)
class SplitComparison:
    """The errors of two runs on one split.

    Args:
        split: Name of the split: train_dev, dev or test.
        first: Error of the first run.
        second: Error of the second run.
        difference: Error of the second run minus that of the first, with its interval. None if the data or the
            targets differ, so that the errors are not comparable.
        is_paired: Whether both runs were evaluated on the same examples; otherwise the verdict is inconclusive.
        num_examples: Number of examples of each run.
        mismatch: Difference between the examples of the two runs; None if they are the same.
        remarks: Remarks on an unreliable interval of the difference.
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
    """Comparison of the errors of two runs on every split for which both have predictions.

    Args:
        first: Id of the first run.
        second: Id of the second run.
        measure: Unit of the errors; None if the units of the runs differ, so that they cannot be compared.
        splits: Comparisons of the splits.
    """

    first: str
    second: str
    measure: ErrorMeasure | None
    splits: tuple[SplitComparison, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "first": self.first,
            "second": self.second,
            "measure": None if self.measure is None else self.measure.name,
            "splits": [asdict(split) | {"verdict": split.verdict} for split in self.splits],
        }


def compare_errors(first: EvaluatedRun, second: EvaluatedRun) -> ErrorComparison:
    """Compare the errors of two runs if they are in the same unit."""
    if first.measure.name != second.measure.name:
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
    first_errors, second_errors = _errors(one, first), _errors(other, second)
    mismatch, is_comparable = _mismatch(one, other, first.data.get(split), second.data.get(split))
    difference = None
    remarks: list[str] = []
    if mismatch is None:
        difference = paired_difference_interval(second_errors, first_errors, measure)
        remarks = difference_remarks(split, first_errors, second_errors, measure, first.unit)
    elif is_comparable:
        difference = difference_interval(second_errors, first_errors, measure)
        for errors, run in ((first_errors, first), (second_errors, second)):
            remarks += interval_remarks(split, errors, measure, run.unit)
    return SplitComparison(
        split,
        error_of(first_errors, measure),
        error_of(second_errors, measure),
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
    """Describe the difference between the examples of two runs, and whether their errors are comparable nevertheless.

    Examples with the same data, ids and targets are the same; other examples of the same data are another sample of
    the same population.
    """
    if first_data is not None and second_data is not None and first_data != second_data:
        return "the data differs: the SHA-256 of its files are not the same", False
    ids = [[str(record["id"]) for record in records] for records in (first, second)]
    if ids[0] != ids[1]:
        shared = len(set(ids[0]) & set(ids[1]))
        return f"the examples differ: {shared} of {len(first)} and {len(second)} are in both", True
    changed = sum(one["target"] != other["target"] for one, other in zip(first, second, strict=True))
    if changed:
        return f"the targets differ for {changed} of {formatting.count(len(first), 'example')}", False
    return None, True


def _sorted_by_id(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(records, key=lambda record: str(record["id"]))


def _errors(records: Sequence[Mapping[str, Any]], run: EvaluatedRun) -> Sample:
    """Compute the errors of a run's records, with their sampling units."""
    units = None
    in_order = run.unit == TEXT_STRETCHES
    if run.has_units:
        units = np.array([record["group"] if in_order else str(record["group"]) for record in records])
    errors = run.measure.errors_of_records(records)
    return sample_of(errors, units, in_order=in_order)


def comparison_table(comparison: ErrorComparison) -> Table:
    """Build a table with both errors, the interval of their difference and the verdict for each split."""
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


def _difference_text(measure: ErrorMeasure, difference: Interval | None) -> str:
    if difference is None:
        return formatting.MISSING
    bounds = measure.unit.difference_interval(difference.low, difference.high)
    return f"{measure.unit.difference(difference.value)} ({bounds})"


def comparison_remarks(comparison: ErrorComparison) -> list[str]:
    """Return remarks on errors that are not comparable and on unreliable intervals of differences."""
    if comparison.measure is None:
        return ["the errors of the two runs are in different units and cannot be compared"]
    sentences = []
    for split in comparison.splits:
        if split.mismatch is not None:
            sentences.append(f"{split.split}: {split.mismatch}")
        sentences.extend(split.remarks)
    return sentences
