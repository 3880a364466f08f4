"""Comparison of runs: their configs, their metrics, and whether the errors differ by more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from dlcli import runs
from dlcli.api.stored_spec import load_stored_spec
from dlcli.core import UNSEEN_SPLITS, dumps, formatting
from dlcli.reports import ErrorComparison, EvaluatedRun, compare_errors, comparison_remarks
from dlcli.runs import RunFolder, RunRecord, differences, files
from dlcli.spec import Spec

#: Number of hexadecimal digits of a checksum that are printed.
_PRINTED_DIGITS = 12


@dataclass(frozen=True)
class Comparison:
    """Comparison of several runs.

    Args:
        runs: Ids of the runs, in the order of the request.
        options: Dotted keys on which the configs differ → one JSON text per run.
        metrics: Final metrics as `<split>/<metric>` → one value per run, None for a run without the metric. A metric
            whose positive class differs between the runs has one entry per class, such as `test/f1 of cancer`.
        errors: Comparisons of each run with the previous one; runs without a report are left out.
        remarks: Reasons why metrics of the same name are not comparable, and intervals that are unreliable.
    """

    runs: Sequence[str]
    options: Mapping[str, Sequence[str]]
    metrics: Mapping[str, Sequence[float | None]]
    errors: Sequence[ErrorComparison]
    remarks: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "runs": self.runs,
            "options": self.options,
            "metrics": self.metrics,
            "errors": [comparison.to_json() for comparison in self.errors],
            "remarks": self.remarks,
        }


def compare(names: Sequence[str | Path], *, runs_dir: str | Path = "runs") -> Comparison:
    """Compare the configs, the metrics and the errors of runs.

    Args:
        names: Runs, each by its folder, its id, a prefix of its id, or its name.
        runs_dir: Folder in which runs are looked up.

    Raises:
        ConfigError: A run does not exist.
        StorageError: A file of a run is damaged.
    """
    folders = [runs.find(Path(runs_dir), str(name)) for name in names]
    for folder in folders:
        folder.verify((files.RESOLVED_CONFIG,))
    specs = [load_stored_spec(folder) for folder in folders]
    records = [folder.record() for folder in folders]
    metrics = _comparable_metrics(folders)
    evaluated = [
        replace(run, data=_data_of_splits(spec, record))
        for folder, spec, record in zip(folders, specs, records, strict=True)
        if (run := EvaluatedRun.read(folder)) is not None
    ]
    errors = [compare_errors(first, second) for first, second in pairwise(evaluated)]
    error_remarks = [
        f"{comparison.first} and {comparison.second}: {sentence}"
        for comparison in errors
        for sentence in comparison_remarks(comparison)
    ]
    return Comparison(
        runs=[folder.id for folder in folders],
        options=differences([_with_data(spec, record) for spec, record in zip(specs, records, strict=True)]),
        metrics={
            name: [one.get(name) for one in metrics] for name in dict.fromkeys(name for one in metrics for name in one)
        },
        errors=errors,
        remarks=[*_metric_remarks(specs), *error_remarks],
    )


def _comparable_metrics(folders: Sequence[RunFolder]) -> list[Mapping[str, float | None]]:
    """Return the metrics of each run by name, with the positive class in the name if the runs have different ones."""
    classes = [runs.positive_classes_of(folder) for folder in folders]
    positive = {metric: {one.get(metric) for one in classes} - {None} for one in classes for metric in one}
    return [
        {
            runs.metric_title(name, own) if len(positive.get(name.rpartition("/")[2], ())) > 1 else name: value
            for name, value in folder.record().metrics.items()
        }
        for folder, own in zip(folders, classes, strict=True)
    ]


def _with_data(spec: Spec, record: RunRecord) -> dict[str, Any]:
    """Return a config with the SHA-256 of the data next to the options that locate the data."""
    resolved = spec.resolved()
    checksums = {name: sha256[:_PRINTED_DIGITS] for name, sha256 in record.data.items()}
    return {**resolved, "data": {**resolved["data"], "sha256": checksums}}


def _data_of_splits(spec: Spec, record: RunRecord) -> dict[str, frozenset[str]]:
    """Map each unseen split to the SHA-256 of its files: the split's own file, or all files of the data."""
    names: dict[str, str] = {split: Path(file).name for split, file in (spec.data.split.files or {}).items()}
    all_files = frozenset(record.data.values())
    if not all_files:
        return {}
    return {
        split: frozenset({record.data[names[split]]}) if names.get(split, "") in record.data else all_files
        for split in UNSEEN_SPLITS
    }


def _metric_remarks(specs: Sequence[Spec]) -> list[str]:
    """Return a remark on each metric that several configs define differently under the same name."""
    definitions: dict[str, set[str]] = {}
    for spec in specs:
        for metric in spec.evaluation.metrics:
            definitions.setdefault(metric.name, set()).add(dumps(metric.plain()))
    return [
        f"{name} is defined differently: {formatting.listing(sorted(defined))}"
        for name, defined in definitions.items()
        if len(defined) > 1
    ]
