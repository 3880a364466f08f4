"""Every metric: equal to scikit-learn on random cases, and the conformance suite of `dlcli.testing`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

import dlcli.components  # noqa: F401  # fills the registry
from dlcli import testing
from dlcli.core import registry
from dlcli.metrics import Metric, TopKAccuracy

NAMES = registry.names("metric")
AVERAGES = ("binary", "macro", "micro", "weighted")


def quiet(function: Callable[..., Any]) -> Callable[..., float]:
    """Suppress the warnings of scikit-learn about classes without predictions or examples."""

    def call(*arguments: Any, **options: Any) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(function(*arguments, **options))

    return call


def streamed(metric: Metric, predictions: np.ndarray, targets: np.ndarray, cuts: list[int]) -> float:
    metric.reset()
    for some, of_them in zip(np.split(predictions, sorted(cuts)), np.split(targets, sorted(cuts)), strict=True):
        metric.update(some, of_them)
    return metric.result()


@st.composite
def labels(draw: st.DrawFn, num_classes: int | None = None) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Draw predicted labels, true labels, and the boundaries of batches; classes may be missing in either."""
    size = draw(st.integers(1, 30))
    classes = num_classes or draw(st.integers(2, 5))
    some = st.lists(st.integers(0, classes - 1), min_size=size, max_size=size)
    return np.array(draw(some)), np.array(draw(some)), draw(st.lists(st.integers(0, size), max_size=3))


@st.composite
def probabilities(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Draw probabilities (N, K) with many ties, true labels, and the boundaries of batches."""
    size, classes = draw(st.integers(2, 30)), draw(st.integers(2, 5))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    logits = generator.integers(-3, 3, (size, classes)) * draw(st.sampled_from([0.5, 30.0]))
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    targets = generator.integers(0, classes, size)
    return exponentials / exponentials.sum(axis=1, keepdims=True), targets, [size // 2]


@st.composite
def values(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Draw predicted and true values (N, D) far from zero, where a naive variance fails; some targets are constant."""
    size, outputs = draw(st.integers(2, 30)), draw(st.integers(1, 3))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    offset = draw(st.sampled_from([0.0, 1e6]))
    targets = offset + generator.integers(0, draw(st.sampled_from([1, 4])), (size, outputs))
    predictions = targets + generator.integers(-1, 2, (size, outputs)) * draw(st.sampled_from([0.0, 0.5]))
    return predictions, targets.astype(np.float64), [draw(st.integers(0, size))]


@settings(deadline=None)
@given(labels())
def test_accuracy_and_error(case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    predictions, targets, cuts = case
    expected = sklearn_metrics.accuracy_score(targets, predictions)
    assert streamed(metric("accuracy"), predictions, targets, cuts) == pytest.approx(expected)
    assert streamed(metric("error"), predictions, targets, cuts) == pytest.approx(1 - expected)


@settings(deadline=None)
@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@given(data=st.data())
def test_precision_recall_f1(name: str, average: str, data: st.DataObject) -> None:
    predictions, targets, cuts = data.draw(labels(num_classes=2 if average == "binary" else None))
    expected = quiet(getattr(sklearn_metrics, f"{name}_score"))(targets, predictions, average=average)
    ours = metric(name, average=average)
    assert streamed(ours, predictions, targets, cuts) == pytest.approx(expected)
    assert ours.name == (name if average == "binary" else f"{average}_{name}")


@settings(deadline=None)
@given(labels(num_classes=4), st.integers(0, 5))
def test_binary_average_is_one_class_against_the_rest(
    case: tuple[np.ndarray, np.ndarray, list[int]], positive: int
) -> None:
    """The score of a positive class without predictions and examples is 0."""
    predictions, targets, cuts = case
    expected = quiet(sklearn_metrics.f1_score)(targets == positive, predictions == positive)
    assert streamed(metric("f1", positive_class=positive), predictions, targets, cuts) == pytest.approx(expected)


@settings(deadline=None)
@given(probabilities())
def test_log_loss(case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    predictions, targets, cuts = case
    expected = sklearn_metrics.log_loss(targets, predictions, labels=range(predictions.shape[1]))
    assert streamed(metric("log_loss"), predictions, targets, cuts) == pytest.approx(expected)


@settings(deadline=None)
@given(probabilities())
def test_roc_auc(case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    predictions, targets, cuts = case
    ours = streamed(metric("roc_auc"), predictions, targets, cuts)
    if 0 < np.count_nonzero(targets == 1) < len(targets):
        assert ours == pytest.approx(sklearn_metrics.roc_auc_score(targets == 1, predictions[:, 1]))
    else:
        assert math.isnan(ours)


@settings(deadline=None)
@given(probabilities())
def test_average_precision(case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    predictions, targets, cuts = case
    ours = streamed(metric("average_precision"), predictions, targets, cuts)
    if (targets == 1).any():
        expected = sklearn_metrics.average_precision_score(targets == 1, predictions[:, 1])
        assert ours == pytest.approx(expected)
    else:
        assert math.isnan(ours)


@settings(deadline=None)
@given(probabilities())
def test_ranking_of_all_classes(case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    predictions, targets, cuts = case
    present = np.array([targets == index for index in range(predictions.shape[1])]).T
    auc, precision = (
        streamed(metric(name), predictions, targets, cuts) for name in ("macro_roc_auc", "macro_average_precision")
    )
    if present.any(axis=0).all():
        assert auc == pytest.approx(sklearn_metrics.roc_auc_score(present, predictions, average="macro"))
        assert precision == pytest.approx(
            sklearn_metrics.average_precision_score(present, predictions, average="macro")
        )
    else:
        assert math.isnan(auc)
        assert math.isnan(precision)


@settings(deadline=None)
@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@given(data=st.data())
def test_averages_have_registered_names(name: str, average: str, data: st.DataObject) -> None:
    predictions, targets, cuts = data.draw(labels())
    expected = quiet(getattr(sklearn_metrics, f"{name}_score"))(targets, predictions, average=average)
    ours = metric(f"{average}_{name}")
    assert streamed(ours, predictions, targets, cuts) == pytest.approx(expected)
    assert ours.name == f"{average}_{name}"


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_top_k_accuracy(seed: int, k: int) -> None:
    """Without ties, which scikit-learn breaks in the opposite order."""
    generator = np.random.default_rng(seed)
    predictions, targets = generator.random((20, 5)), generator.integers(0, 5, 20)
    expected = sklearn_metrics.top_k_accuracy_score(targets, predictions, k=k, labels=range(5))
    assert streamed(metric("top_k_accuracy", k=k), predictions, targets, [7]) == pytest.approx(expected)


@settings(deadline=None)
@given(probabilities())
def test_top_1_accuracy_is_the_accuracy(case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    predictions, targets, cuts = case
    accuracy = streamed(metric("accuracy"), predictions.argmax(axis=1), targets, cuts)
    assert streamed(TopKAccuracy(k=1), predictions, targets, cuts) == accuracy


@settings(deadline=None)
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("mean_squared_error", sklearn_metrics.mean_squared_error),
        ("root_mean_squared_error", lambda *pair: math.sqrt(sklearn_metrics.mean_squared_error(*pair))),
        ("mean_absolute_error", sklearn_metrics.mean_absolute_error),
        ("r2", sklearn_metrics.r2_score),
    ],
)
@given(case=values())
def test_regression(name: str, reference: Callable[..., float], case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    predictions, targets, cuts = case
    assert streamed(metric(name), predictions, targets, cuts) == pytest.approx(
        reference(targets, predictions), rel=1e-8, abs=1e-9
    )


def metric(name: str, **options: Any) -> Metric:
    instance = registry.lookup("metric", name)(**options)
    assert isinstance(instance, Metric)
    return instance


def test_there_are_metrics() -> None:
    assert len(NAMES) >= 15


@pytest.mark.parametrize("check", [check for name in NAMES for check in testing.checks("metric", name)], ids=str)
def test_contract(check: testing.Check) -> None:
    check()


@pytest.mark.parametrize("name", NAMES)
def test_name_equals_the_registered_name(name: str) -> None:
    assert metric(name).name == {"top_k_accuracy": "top_5_accuracy"}.get(name, name)
