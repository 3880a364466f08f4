"""Which class the metrics of a run are about."""

from __future__ import annotations

from collections.abc import Mapping

from dlcli.runs import files
from dlcli.runs.run_folder import RunFolder


def positive_classes_of(folder: RunFolder) -> Mapping[str, str]:
    """Metric → the class that it is about, as the run's report says; empty before there is one.

    Raises:
        StorageError: the report is damaged.
    """
    if not (folder.path / files.REPORT).is_file():
        return {}
    classes: Mapping[str, str] = folder.read_json(files.REPORT).get("positive_classes", {})
    return classes


def metric_title(name: str, positive_classes: Mapping[str, str]) -> str:
    """A metric with the class that it is about, if it is about one: `f1 of cancer`.

    Args:
        name: of the metric, or `<split>/<metric>`.
        positive_classes: metric → class.
    """
    positive = positive_classes.get(name.rpartition("/")[2])
    return name if positive is None else f"{name} of {positive}"
