"""Which class the metrics of a run are about."""

from __future__ import annotations

from collections.abc import Mapping

from dlcli.runs.run_folder import RunFolder


def positive_classes_of(folder: RunFolder) -> Mapping[str, str]:
    """Metric → the class that it is about, as the run's report says; empty before there is one.

    Raises:
        StorageError: the report is damaged.
    """
    report = folder.report()
    classes: Mapping[str, str] = {} if report is None else report.get("positive_classes", {})
    return classes


def metric_title(name: str, positive_classes: Mapping[str, str]) -> str:
    """A metric with the class that it is about, if it is about one: `f1 of cancer`.

    Args:
        name: of the metric, or `<split>/<metric>`.
        positive_classes: metric → class.
    """
    positive = positive_classes.get(name.rpartition("/")[2])
    return name if positive is None else f"{name} of {positive}"
