from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.assembly import Experiment, build_early_stopping
from dlcli.core import ConfigError

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


@pytest.mark.parametrize("metric", ["error", "accuracy"])
def test_a_human_error_is_in_the_unit_of_the_optimizing_metric(build: Build, iris: str, metric: str) -> None:
    experiment = build(iris, "evaluation.human_error=0.05", f"evaluation.optimize=dev/{metric}")
    assert experiment.spec.evaluation.human_error == 0.05


@pytest.mark.parametrize("metric", ["macro_f1", "log_loss", "loss"])
def test_a_human_error_in_another_unit_is_rejected(build: Build, iris: str, metric: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(iris, "evaluation.human_error=0.05", f"evaluation.optimize=dev/{metric}")
    assert (caught.value.code, caught.value.key) == ("conflicting_options", "evaluation.human_error")
    assert "dev/error" in caught.value.message
