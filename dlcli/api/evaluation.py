"""Evaluation of a trained model on one of its splits, or on new data."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dlcli import runs
from dlcli.api.conclusion import measure
from dlcli.api.data_fingerprint import check_same_data
from dlcli.api.loaded_model import LoadedModel
from dlcli.api.predictions import unit_name
from dlcli.api.run_results import Evaluation
from dlcli.assembly import build_measures, locate_errors, positive_classes, read_rows
from dlcli.core import ConfigError, unknown_name
from dlcli.data import Split
from dlcli.diagnosis import Interval, error_interval, interval_remarks
from dlcli.runs import files
from dlcli.spec import Overrides
from dlcli.tasks import ErrorMeasure


def evaluate(
    run: str | Path,
    *,
    split: str = "test",
    data: str | Path | None = None,
    overrides: Overrides = (),
    runs_dir: str | Path = "runs",
) -> Evaluation:
    """Evaluate the best weights of a run.

    Args:
        run: Run, as a folder, an id, a prefix of an id, or a name (the newest run of that name).
        split: Split to evaluate: train, train_dev, dev or test; ignored if `data` is given.
        data: File of new, labeled examples in the format of the training data.
        overrides: Changes of options that may change, such as `data.path` if the data has been moved.
        runs_dir: Folder in which runs are looked up.

    Raises:
        ConfigError: The run or the split does not exist.
        DataError: The data is missing, has changed, or differs in format from the training data.
        StorageError: The run has no weights, or a file is damaged.
    """
    clock = time.perf_counter()
    loaded = LoadedModel(runs.find(Path(runs_dir), str(run)), overrides)
    names = list(loaded.folder.read_arrays(files.SPLITS))
    examples = stored_split(loaded, split, names) if data is None else loaded.read(data, require_targets=True)
    metrics, selection = build_measures(loaded.spec, loaded.task, names)
    measured = measure(
        loaded.model,
        loaded.task,
        examples,
        metrics,
        batch_size=loaded.batch_size,
        stateful=loaded.spec.training.stateful,
    )
    metric = selection.metric.rpartition("/")[2]
    error_measure = loaded.task.error_measure(metric)
    outcome = measured.outcome(loaded.task.head_of(metric))
    errors = outcome.errors(error_measure)
    unit = unit_name(examples, len(outcome))
    head = loaded.task.head_of(metric)
    title = f"{examples.name}/" if head is None else f"{examples.name}/{head}."
    intervals: dict[str, Interval] = {}
    remarks: list[str] = []
    if len(outcome):  # a head may have no target in new data
        error = error_interval(errors, error_measure)
        remarks = interval_remarks(examples.name, errors, error_measure, unit)
        intervals = {f"{title}{name}": one for name, one in _named_intervals(error, error_measure)}
    return Evaluation(
        path=loaded.folder.path,
        split=examples.name,
        num_examples=len(examples),
        metrics=measured.metrics,
        intervals={name: interval for name, interval in intervals.items() if name in measured.metrics},
        deciding_metric=f"{examples.name}/{metric}",
        direction=selection.direction,
        seconds=time.perf_counter() - clock,
        positive_classes=positive_classes(metrics),
        warnings=(*examples.notes, *remarks),
    )


def _named_intervals(error: Interval, measure: ErrorMeasure) -> Iterator[tuple[str, Interval]]:
    """Yield the metrics whose interval follows from that of the error, without the split."""
    if measure.metric is not None:
        yield measure.metric, error
    if measure.complement is not None:
        yield measure.complement, Interval(1 - error.value, 1 - error.high, 1 - error.low, error.level, error.method)


def stored_split(loaded: LoadedModel, split: str, names: list[str]) -> Split:
    """Read a split of the run's own data: the rows of the training, preprocessed as they were.

    Args:
        loaded: Trained model of the run.
        split: Name of the split.
        names: Names of all splits of the run.

    Raises:
        ConfigError: The run does not have this split.
        DataError: The data is missing or has changed.
    """
    if split not in names:
        raise ConfigError(
            f"{split!r}: run {loaded.folder.id} has no such split: {unknown_name('split', split, names)}",
            code="unknown_name",
        )
    rows = loaded.folder.read_arrays(files.SPLITS)[split]
    with locate_errors(loaded.spec):
        examples, fingerprint = read_rows(loaded.spec, split, rows, loaded.preprocessor)
        check_same_data(loaded.folder, loaded.folder.record(), fingerprint)
    return replace(examples, notes=(*loaded.remarks, *examples.notes))
