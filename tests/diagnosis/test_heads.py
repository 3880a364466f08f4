from collections.abc import Callable

import numpy as np

from dlcli.diagnosis import HeadAssessments, SplitOutcome, TrainingResult, assess
from dlcli.tasks import ClassPredictions


def classified(split: str, *counts: int) -> SplitOutcome:
    classes = np.repeat(np.arange(len(counts)), counts)
    return SplitOutcome(split, ClassPredictions(classes, np.eye(len(counts))[classes]), classes)


def test_a_shift_of_one_head_names_the_gap_of_all(make_result: Callable[..., TrainingResult]) -> None:
    splits = {
        "income": [classified("train", 500, 500), classified("dev", 200, 200), classified("test", 200, 200)],
        "car": [classified("train", 690, 310), classified("dev", 276, 124), classified("test", 352, 48)],
    }
    results = {
        head: make_result(splits=one, head=head, class_names=("no", "yes"), has_own_test_set=True)
        for head, one in splits.items()
    }
    assessments = {head: assess(result) for head, result in results.items()}
    assert [one.diagnosis.gaps[-1].name for one in assessments.values()] == ["dev_overfit", "dev_test_mismatch"]
    main = assessments.pop("income")
    joint = HeadAssessments.of("income", main, assessments, [*results.values()]).joint
    assert joint is not None
    gap = joint.gaps[-1]
    assert gap.name == "dev_test_mismatch"
    assert all(part in gap.mismatch.shift for part in ("class yes", "31 % in dev", "12 % in test", "head car"))
    assert gap.mismatch.origin is main.diagnosis.gaps[-1].mismatch.origin is not None
