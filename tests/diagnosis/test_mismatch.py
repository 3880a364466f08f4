from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.diagnosis import Mismatch, Origin, SplitOutcome, TrainingResult, assess, mismatches_of
from dlcli.tasks import ClassPredictions

Make = Callable[..., TrainingResult]
Spec = Callable[..., dict[str, Any]]


def classified(split: str, *counts: int, in_order: bool = False) -> SplitOutcome:
    classes = np.repeat(np.arange(len(counts)), counts)
    return SplitOutcome(split, ClassPredictions(classes, np.eye(len(counts))[classes]), classes, in_order=in_order)


@pytest.mark.parametrize(
    ("options", "origin"),
    [
        ({}, None),
        ({"group_by": "patient"}, None),
        ({"stratify": True}, None),
        ({"indices": "splits.npz"}, None),
        ({"order_by": "day"}, Origin.PERIODS),
        ({"in_order": True}, Origin.STRETCHES),
        ({"files": {"train": "a.csv"}}, None),
        ({"files": {"train": "a.csv", "dev": "b.csv"}}, None),  # test is drawn from the file of dev
        ({"files": {"train": "a.csv", "test": "b.csv"}}, Origin.FILES),
        ({"files": {"train": "a.csv", "dev": "b.csv", "test": "c.csv"}}, Origin.FILES),
        ({"files": {"train": "a.csv", "dev": "b.csv"}, "order_by": "day"}, Origin.PERIODS),
    ],
    ids=str,
)
def test_the_origin_follows_from_the_config(
    make_result: Make, make_spec: Spec, options: dict[str, Any], origin: Origin | None
) -> None:
    result = make_result(spec=make_spec(data__split=make_spec()["data"]["split"] | options))
    assert mismatches_of(result, result.splits) == {"dev": Mismatch(), "test": Mismatch(origin=origin)}
    assert assess(result).diagnosis.gaps[-1].name == "dev_overfit"


def test_a_test_set_of_its_own_comes_from_another_file(make_result: Make) -> None:
    result = make_result(has_own_test_set=True)
    assert mismatches_of(result, result.splits)["test"].origin is Origin.FILES


def test_stretches_of_a_text_are_different_parts(make_result: Make) -> None:
    splits = [classified(split, 10, 10, in_order=True) for split in ("train", "dev", "test")]
    result = make_result(splits=splits)
    assert mismatches_of(result, splits)["test"].origin is Origin.TEXT


def test_neighboring_splits_are_compared(make_result: Make) -> None:
    counts = {"train": (500, 500), "train_dev": (100, 100), "dev": (276, 124), "test": (352, 48)}
    splits = [classified(split, *of_classes) for split, of_classes in counts.items()]
    result = make_result(splits=splits, class_names=("no", "yes"))
    mismatches = mismatches_of(result, splits)
    assert {split: bool(mismatch.shift) for split, mismatch in mismatches.items()} == {
        "train_dev": False,
        "dev": True,
        "test": True,
    }
    gap = assess(result).diagnosis.gap("dev_test_mismatch")
    assert gap is not None
    assert all(part in gap.mismatch.shift for part in ("class yes", "31 % in dev", "12 % in test"))


def test_a_single_split_has_nothing_to_compare(make_result: Make) -> None:
    result = make_result({"train": (20, 1000)})
    assert mismatches_of(result, result.splits) == {}
