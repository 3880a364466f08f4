"""The positive classes of the metrics of a run."""

from __future__ import annotations

from collections.abc import Mapping

from dlcli.runs.run_folder import RunFolder


def positive_classes_of(folder: RunFolder) -> Mapping[str, str]:
    """Return metric → positive class from the report of a run; empty if there is no report yet.

    Raises:
        StorageError: The report is damaged.
    """
    report = folder.report()
    classes: Mapping[str, str] = {} if report is None else report.get("positive_classes", {})
    return classes


def metric_title(name: str, positive_classes: Mapping[str, str]) -> str:
    """Return the name of a metric with its positive class, if it has one: `f1 of cancer`.

    Args:
        name: Name of the metric, or `<split>/<metric>`.
        positive_classes: Metric → positive class.
    """
    positive = positive_classes.get(name.rpartition("/")[2])
    return name if positive is None else f"{name} of {positive}"
