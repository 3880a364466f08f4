"""Metrics of a localization, worked by hand; box and class of an empty image are never read."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.data import Objects
from dlcli.metrics import (
    ClassError,
    LocalizationAccuracy,
    LocalizationError,
    MeanIou,
    Metric,
    PresenceError,
    localization_errors,
    unit_of,
)
from dlcli.metrics.unit import Unit

UNIT_BOX = [0.5, 0.5, 1.0, 1.0]
HALF_BOX = [0.25, 0.5, 1.0, 0.5]  # the left half of the unit box: IoU 0.5
#: found with IoU 0.5; found exactly with a wrong class; missed; empty and right; empty and wrong
TRUTH = Objects(
    np.array([True, True, True, False, False]), np.array([UNIT_BOX] * 3 + [[0.0] * 4] * 2), np.array([1, 1, 0, 0, 0])
)
PREDICTIONS = Objects(
    np.array([True, True, False, False, True]),
    np.array([HALF_BOX, UNIT_BOX, UNIT_BOX, UNIT_BOX, UNIT_BOX]),
    np.array([1, 0, 0, 1, 1]),
)
METRICS = [LocalizationError(), MeanIou(), LocalizationAccuracy(), PresenceError(), ClassError()]


def value(metric: Metric, predictions: Objects = PREDICTIONS, truth: Objects = TRUTH) -> float:
    metric.reset()
    metric.update(predictions, truth)
    return metric.result()


def test_worked_by_hand() -> None:
    assert localization_errors(PREDICTIONS, TRUTH).tolist() == [0.5, 0, 1, 0, 1]
    assert value(LocalizationError()) == pytest.approx(2.5 / 5)
    assert value(MeanIou()) == pytest.approx((0.5 + 1 + 1) / 3)
    assert value(LocalizationAccuracy()) == pytest.approx(2 / 3)
    assert value(LocalizationAccuracy(threshold=0.6)) == pytest.approx(1 / 3)
    assert value(PresenceError()) == pytest.approx(2 / 5)
    assert value(ClassError()) == pytest.approx(1 / 3)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_garbage_in_empty_images_changes_no_bit(metric: Metric) -> None:
    dirty = Objects(TRUTH.present, TRUTH.boxes.copy(), TRUTH.classes.copy())
    dirty.boxes[3:], dirty.classes[3:] = np.nan, -9
    assert value(metric, truth=dirty) == value(metric)
    assert localization_errors(PREDICTIONS, dirty).tobytes() == localization_errors(PREDICTIONS, TRUTH).tobytes()


@given(st.lists(st.integers(0, 40), max_size=4), st.integers(0, 2**32))
def test_batches_change_nothing(cuts: list[int], seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth, predictions = (
        Objects(generator.random(40) < 0.7, generator.random((40, 4)), generator.integers(0, 2, 40)) for _ in range(2)
    )
    bounds = [0, *sorted(cuts), 40]
    for metric in METRICS:
        whole = value(metric, predictions, truth)
        metric.reset()
        for start, stop in itertools.pairwise(bounds):
            metric.update(predictions[start:stop], truth[start:stop])
        assert metric.result() == pytest.approx(whole, rel=1e-12)


def test_without_objects_there_is_no_iou() -> None:
    empty = TRUTH[3:]
    assert np.isnan(value(MeanIou(), PREDICTIONS[3:], empty))
    assert value(LocalizationError(), PREDICTIONS[3:], empty) == 0.5


def test_the_threshold_is_part_of_the_name() -> None:
    assert LocalizationAccuracy().name == "localization_accuracy"
    assert LocalizationAccuracy(threshold=0.75).name == "localization_accuracy_75"
    assert unit_of("dev/localization_accuracy_75") is Unit.SHARE
