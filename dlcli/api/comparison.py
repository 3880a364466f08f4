"""Runs side by side: what was asked of them, what they reached, and whether the difference is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from dlcli import runs
from dlcli.api.stored_spec import load_stored_spec
from dlcli.core import UNSEEN_SPLITS, dumps
from dlcli.reports import ErrorComparison, EvaluatedRun, compare_errors, comparison_remarks
from dlcli.runs import RunFolder, RunRecord, differences, files
from dlcli.spec import Spec

#: hexadecimal digits of a checksum that tell files apart at a glance
_SHOWN = 12


@dataclass(frozen=True)
class Comparison:
    """Runs side by side.

    Args:
        runs: their ids, in the order asked for.
        options: dotted keys on which the configs differ → one JSON text a run.
        metrics: final metrics as `<split>/<metric>` → one value a run, None where a run has none. A metric that is
            about another class in another run is one of its own, such as `test/f1 of cancer`.
        errors: each run against the one before it; without those that have no report yet.
        remarks: what keeps numbers of the same name from being comparable, and which intervals are unreliable.
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
        names: each a run's folder, its name, or the beginning of it.
        runs_dir: the folder that names are looked for in.

    Raises:
        ConfigError: there is no such run.
        StorageError: a file of a run is damaged.
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
    of_errors = [
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
        remarks=[*_metric_remarks(specs), *of_errors],
    )


def _comparable_metrics(folders: Sequence[RunFolder]) -> list[Mapping[str, float | None]]:
    """The metrics of each run, by names that only those share that are about the same class."""
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
    """A config with the SHA-256 of the data next to the options that locate the data."""
    resolved = spec.resolved()
    checksums = {name: sha256[:_SHOWN] for name, sha256 in record.data.items()}
    return {**resolved, "data": {**resolved["data"], "sha256": checksums}}


def _data_of_splits(spec: Spec, record: RunRecord) -> dict[str, frozenset[str]]:
    """Split → the SHA-256 of the files it was taken from: its own file, or all that were read."""
    names: dict[str, str] = {split: Path(file).name for split, file in (spec.data.split.files or {}).items()}
    everything = frozenset(record.data.values())
    found = {
        split: frozenset({record.data[names[split]]}) if names.get(split, "") in record.data else everything
        for split in UNSEEN_SPLITS
    }
    return found if everything else {}


def _metric_remarks(specs: Sequence[Spec]) -> list[str]:
    """The metrics that have the same name in several configs and are defined differently."""
    definitions: dict[str, set[str]] = {}
    for spec in specs:
        for metric in spec.evaluation.metrics:
            definitions.setdefault(metric.name, set()).add(dumps(metric.plain()))
    return [
        f"{name} is defined differently: {' and '.join(sorted(defined))}"
        for name, defined in definitions.items()
        if len(defined) > 1
    ]
