"""Runs side by side: what was asked of them, what they reached, and whether the difference is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from dlcli import runs
from dlcli.reports import ErrorComparison, EvaluatedRun, compare_errors
from dlcli.runs import RunFolder, files
from dlcli.runs.differences import differences
from dlcli.spec import load_spec


@dataclass(frozen=True)
class Comparison:
    """Runs side by side.

    Args:
        runs: their ids, in the order asked for.
        options: dotted keys on which the configs differ → one JSON text a run.
        metrics: final metrics as `<split>/<metric>` → one value a run, None where a run has none. A metric that is
            about another class in another run is one of its own, such as `test/f1 of cancer`.
        errors: each run against the one before it; without those that have no report yet.
    """

    runs: Sequence[str]
    options: Mapping[str, Sequence[str]]
    metrics: Mapping[str, Sequence[float | None]]
    errors: Sequence[ErrorComparison]

    def to_json(self) -> dict[str, Any]:
        return {
            "runs": self.runs,
            "options": self.options,
            "metrics": self.metrics,
            "errors": [comparison.to_json() for comparison in self.errors],
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
    configs = [load_spec(folder.path / files.RESOLVED_CONFIG).resolved() for folder in folders]
    metrics = _comparable_metrics(folders)
    evaluated = [run for folder in folders if (run := EvaluatedRun.read(folder)) is not None]
    return Comparison(
        runs=[folder.id for folder in folders],
        options=differences(configs),
        metrics={
            name: [one.get(name) for one in metrics] for name in dict.fromkeys(name for one in metrics for name in one)
        },
        errors=[compare_errors(first, second) for first, second in pairwise(evaluated)],
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
