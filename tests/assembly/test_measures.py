from __future__ import annotations

from collections.abc import Callable

from dlcli.assembly import Experiment, build_early_stopping

Build = Callable[..., Experiment]


def test_metrics_for_selection_stopping_and_constraints_are_added(build: Build, iris: str) -> None:
    experiment = build(
        iris,
        "evaluation.metrics=[accuracy]",
        "evaluation.optimize=dev/macro_f1",
        "regularization.early_stopping={metric: dev/loss}",
        "evaluation.satisfice={dev/macro_recall: '>= 0.5'}",
    )
    assert [metric.name for metric in experiment.metrics] == ["accuracy", "macro_f1", "error", "macro_recall"]
    assert experiment.selection.direction == "max"
    stopping = build_early_stopping(experiment.spec, experiment.metrics, experiment.selection)
    assert stopping is not None
    assert (stopping.metric, stopping.direction) == ("dev/loss", "min")


def test_without_a_dev_set_the_training_set_selects(build: Build, iris: str) -> None:
    experiment = build(iris, "data.split={train: 1.0}")
    assert experiment.selection.metric == "train/error"
