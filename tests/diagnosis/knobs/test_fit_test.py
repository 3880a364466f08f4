from collections.abc import Callable
from typing import Any

import pytest

from dlcli.diagnosis import Case, Diagnosis
from dlcli.diagnosis.knobs.fit_test import bigger_dev_set, sharper_dev_set

Make = Callable[..., Case]
Spec = Callable[..., dict[str, Any]]
MakeDiagnosis = Callable[..., Diagnosis]


def test_an_overfitted_dev_set_is_doubled(make_case: Make, make_diagnosis: MakeDiagnosis) -> None:
    diagnosis = make_diagnosis(train=(10, 1000), dev=(12, 1000), test=(80, 1000))
    advice = bigger_dev_set(make_case(diagnosis))
    assert advice is not None
    assert advice.settings == {"data.split.train": 0.4, "data.split.dev": 0.4}
    assert "dev overfit of +6.8 points" in advice.why


@pytest.mark.parametrize(
    "split",
    [
        {"train": 0.8, "dev": 0.2, "files": {"train": "a.csv", "dev": "b.csv"}, "indices": None},
        {"train": 0.8, "dev": 0.2, "files": None, "indices": "splits.npz"},
        {"train": None, "dev": None, "files": None, "indices": None},
    ],
    ids=["files", "indices", "no shares"],
)
def test_without_shares_to_move_it_is_an_action(make_case: Make, make_spec: Spec, split: dict[str, Any]) -> None:
    advice = bigger_dev_set(make_case(spec=make_spec(data__split=split)))
    assert advice is not None and not advice.settings and advice.action


def test_an_undecided_gap_asks_for_the_dev_examples_that_settle_it(
    make_case: Make, make_diagnosis: MakeDiagnosis
) -> None:
    advice = sharper_dev_set(make_case(make_diagnosis(human_error=0.05, train=(100, 2000), dev=(21, 300))))
    assert advice is not None and "about 830 dev examples, not 300" in advice.why
    assert advice.settings == {"data.split.train": 0.4, "data.split.dev": 0.4}, "at most a third of train moves"


def test_a_settled_gap_asks_for_nothing(make_case: Make, make_diagnosis: MakeDiagnosis) -> None:
    assert sharper_dev_set(make_case(make_diagnosis(train=(0, 1000), dev=(80, 1000)))) is None
