from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.diagnosis import SplitOutcome, TrainingResult, assess
from dlcli.tasks import RootMeanSquaredError, ValuePredictions

Make = Callable[..., TrainingResult]


def test_classification(make_result: Make) -> None:
    assessment = assess(make_result())
    assert assessment.diagnosis.verdict == "variance"
    assert assessment.confusion is not None and assessment.confusion.split == "dev"
    assert assessment.baseline.split == "test" and assessment.baseline.is_beaten
    assert assessment.warnings == ()
    assert len(assessment.advice) == 3


def test_the_order_of_the_splits_does_not_matter(make_result: Make) -> None:
    result = make_result()
    shuffled = make_result(splits=list(result.splits)[::-1])
    assert assess(shuffled).diagnosis == assess(result).diagnosis


def test_a_model_not_better_than_the_baseline_gives_a_warning(make_result: Make) -> None:
    (warning,) = assess(make_result({"train": (660, 1000), "test": (132, 200)})).warnings
    assert all(part in warning for part in ("66.0 %", "'cat'", "66.5 %"))


def test_a_model_worse_than_the_baseline_gives_a_warning(make_result: Make) -> None:
    (warning, *_) = assess(make_result({"train": (950, 1000), "test": (190, 200)})).warnings
    assert "worse" in warning


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "interrupted"}, "interrupted"),
        ({"parameters": {"linear_1.weight": np.zeros((4, 8))}}, "8 units of linear_1.weight"),
        ({"history": [{"kind": "epoch", "epoch": e, "train/loss": float(e)} for e in range(1, 9)]}, "is diverging"),
    ],
)
def test_warnings(make_result: Make, fields: dict[str, Any], words: str) -> None:
    assert any(words in warning for warning in assess(make_result(**fields)).warnings)


def test_unknown_groups_give_a_warning(make_result: Make, make_spec: Callable[..., dict[str, Any]]) -> None:
    split = make_spec()["data"]["split"] | {"group_by": "patient"}
    warnings = assess(make_result(spec=make_spec(data__split=split))).warnings
    assert any("groups" in warning for warning in warnings)


def test_regression(make_result: Make) -> None:
    generator = np.random.default_rng(0)
    splits = []
    for split, size, noise in (("train", 200, 1.0), ("dev", 80, 3.0)):
        targets = generator.normal(0, 10, (size, 1))
        splits.append(SplitOutcome(split, ValuePredictions(targets + generator.normal(0, noise, (size, 1))), targets))
    result = make_result(
        splits=splits,
        measure=RootMeanSquaredError(),
        optimizing_metric="dev/root_mean_squared_error",
        class_names=(),
    )
    assessment = assess(result)
    assert assessment.confusion is None
    assert assessment.diagnosis.verdict == "variance"
    assert assessment.baseline.rule.endswith("training mean") and assessment.baseline.is_beaten
