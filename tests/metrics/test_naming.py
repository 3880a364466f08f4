"""The unit of a metric from its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.core import registry
from dlcli.metrics import F1, Error, Metric, Precision, RootMeanSquaredError, TopKAccuracy, Unit, format_metric, unit_of

SHARES = {
    "accuracy",
    "class_error",
    "error",
    "f1",
    "landmark_accuracy",
    "localization_accuracy",
    "macro_f1",
    "macro_precision",
    "macro_recall",
    "precision",
    "presence_error",
    "recall",
    "token_accuracy",
    "top_k_accuracy",
    "weighted_f1",
    "weighted_precision",
    "weighted_recall",
}


@pytest.mark.parametrize("name", registry.names("metric"))
def test_every_registered_metric_has_a_unit(name: str) -> None:
    metric: Metric = registry.lookup("metric", name)()
    assert metric.unit is (Unit.SHARE if name in SHARES else Unit.NUMBER)
    for split in ("train", "train_dev", "dev", "test", "data"):
        assert unit_of(f"{split}/{metric.name}") is metric.unit
    assert unit_of(metric.name) is unit_of(name) is metric.unit
    assert type(metric).is_name(metric.name)


@pytest.mark.parametrize(
    "make", [lambda: TopKAccuracy(k=3), lambda: Precision(average="micro"), lambda: F1(average="weighted")]
)
def test_options_change_the_name_and_not_the_unit(make: Callable[[], Metric]) -> None:
    assert unit_of(f"dev/{make().name}") is Unit.SHARE


@pytest.mark.parametrize(
    "name",
    [
        "dev/loss",
        "train/loss",
        "train/penalty",
        "learning_rate",
        "learning_rate/head",
        "gradient_norm/error",  # of a layer with that name
        "dev/top_0_accuracy",
        "dev/best_f1",
        "unknown",
        "",
    ],
)
def test_everything_else_is_a_plain_number(name: str) -> None:
    assert unit_of(name) is Unit.NUMBER


def test_values_of_named_metrics() -> None:
    values = {
        "dev/error": "12.5 %",
        "test/top_3_accuracy": "12.5 %",
        "dev/micro_recall": "12.5 %",
        "dev/loss": "0.125",
        "latency_ms": "0.125 ms",
        "dev/roc_auc": "0.125",
    }
    assert {name: format_metric(name, 0.125) for name in values} == values
    assert format_metric("dev/error", None) == "–"


def test_a_metric_formats_its_values() -> None:
    assert [Error.format(0.125), RootMeanSquaredError.format(0.125), Error.format(None)] == ["12.5 %", "0.125", "–"]


def test_the_unit_of_a_function_that_has_required_options(monkeypatch: pytest.MonkeyPatch) -> None:
    def strict_error(*, tolerance: float) -> Error:
        raise AssertionError(tolerance)

    monkeypatch.setattr(registry, "_components", {kind: dict(it) for kind, it in registry._components.items()})
    registry.register("metric", "strict_error")(strict_error)
    assert unit_of("dev/strict_error") is Unit.SHARE
