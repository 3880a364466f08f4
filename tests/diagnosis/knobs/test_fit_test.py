from collections.abc import Callable
from typing import Any

import pytest

from dlcli.diagnosis import Diagnosis, Evidence, Mismatch, Origin
from dlcli.diagnosis.knobs.fit_test import (
    another_seed,
    bigger_dev_set,
    closer_dev_set,
    dev_set_of_same_origin,
    sharper_split,
)

Make = Callable[..., Evidence]
Spec = Callable[..., dict[str, Any]]
MakeDiagnosis = Callable[..., Diagnosis]


def test_an_overfitted_dev_set_is_doubled(make_evidence: Make, make_diagnosis: MakeDiagnosis) -> None:
    diagnosis = make_diagnosis(train=(10, 1000), dev=(12, 1000), test=(80, 1000))
    advice = bigger_dev_set(make_evidence(diagnosis))
    assert advice is not None
    assert advice.settings == {"data.split.train": 0.4, "data.split.dev": 0.4}
    assert "+6.80 points" in advice.why


@pytest.mark.parametrize("test", [(30, 1000), (8, 1000)], ids=["undecided", "lower"])
def test_an_inconclusive_gap_is_not_an_overfitted_dev_set(
    make_evidence: Make, make_diagnosis: MakeDiagnosis, test: tuple[int, int]
) -> None:
    assert bigger_dev_set(make_evidence(make_diagnosis(train=(10, 1000), dev=(20, 1000), test=test))) is None
    assert bigger_dev_set(make_evidence(make_diagnosis(train=(10, 1000), dev=(20, 1000)))) is None


@pytest.mark.parametrize(
    "split",
    [
        {"train": 0.8, "dev": 0.2, "files": {"train": "a.csv", "dev": "b.csv"}, "indices": None},
        {"train": 0.8, "dev": 0.2, "files": None, "indices": "splits.npz"},
        {"train": None, "dev": None, "files": None, "indices": None},
        {"train": 0.5, "dev": 0.5, "files": None, "indices": None},
    ],
    ids=["files", "indices", "no shares", "not enough to move"],
)
def test_without_shares_to_move_it_is_an_action(
    make_evidence: Make, make_diagnosis: MakeDiagnosis, make_spec: Spec, split: dict[str, Any]
) -> None:
    diagnosis = make_diagnosis(train=(10, 1000), dev=(12, 1000), test=(80, 1000))
    advice = bigger_dev_set(make_evidence(diagnosis, spec=make_spec(data__split=split)))
    assert advice is not None and not advice.settings and "dev" in advice.action


def test_an_inconclusive_gap_needs_more_examples(make_evidence: Make, make_diagnosis: MakeDiagnosis) -> None:
    advice = sharper_split(make_evidence(make_diagnosis(human_error=0.05, train=(100, 2000), dev=(25, 330))))
    assert advice is not None and "350 dev examples" in advice.why and "330" in advice.why
    assert advice.settings == {"data.split.train": 0.588, "data.split.dev": 0.212}  # 0.2 · 350 / 330


def test_an_inconclusive_overfit_needs_test_examples(make_evidence: Make, make_diagnosis: MakeDiagnosis) -> None:
    advice = sharper_split(
        make_evidence(make_diagnosis(human_error=0.01, train=(10, 1000), dev=(10, 1000), test=(4, 200)))
    )
    assert advice is not None and advice.knob == "bigger test set"


def test_a_settled_gap_gives_no_advice(make_evidence: Make, make_diagnosis: MakeDiagnosis) -> None:
    settled = make_evidence(make_diagnosis(train=(0, 1000), dev=(80, 1000)))
    assert sharper_split(settled) is None
    assert another_seed(settled) is None


def test_another_seed_for_an_inconclusive_gap(make_evidence: Make, make_diagnosis: MakeDiagnosis) -> None:
    advice = another_seed(make_evidence(make_diagnosis(human_error=0.05, train=(100, 2000), dev=(21, 300))))
    assert advice is not None and advice.settings == {"seed": 1}


SHIFT = "the share of class yes is 31 % in dev and 12 % in test"


def mismatched(make_diagnosis: MakeDiagnosis, shift: str, origin: Origin | None, test: int = 80) -> Diagnosis:
    return make_diagnosis(
        mismatches={"test": Mismatch(shift, origin)}, train=(10, 1000), dev=(12, 1000), test=(test, 1000)
    )


def test_a_shift_of_classes_of_a_random_split_is_stratified(make_evidence: Make, make_diagnosis: MakeDiagnosis) -> None:
    evidence = make_evidence(mismatched(make_diagnosis, SHIFT, None), train_class_counts=(700, 300))
    advice = closer_dev_set(evidence)
    assert advice is not None and advice.settings == {"data.split.stratify": True}
    assert SHIFT in advice.why and "+6.80 points" in advice.why
    assert bigger_dev_set(evidence) is None and dev_set_of_same_origin(evidence) is None


@pytest.mark.parametrize(
    ("counts", "split"),
    [
        ((), {}),
        ((700, 300), {"group_by": "patient"}),
        ((700, 300), {"indices": "splits.npz"}),
        ((700, 300), {"stratify": True}),
    ],
    ids=["values", "groups", "indices", "stratified"],
)
def test_another_shift_of_a_random_split_is_an_action(
    make_evidence: Make, make_diagnosis: MakeDiagnosis, make_spec: Spec, counts: tuple[int, ...], split: dict[str, Any]
) -> None:
    spec = make_spec(data__split=make_spec()["data"]["split"] | split)
    advice = closer_dev_set(
        make_evidence(mismatched(make_diagnosis, SHIFT, None), spec=spec, train_class_counts=counts)
    )
    assert advice is not None and not advice.settings and advice.action


@pytest.mark.parametrize(
    ("origin", "word"),
    [(Origin.FILES, "source"), (Origin.PERIODS, "period"), (Origin.STRETCHES, "in_order"), (Origin.TEXT, "text")],
)
def test_the_action_depends_on_the_origin(
    make_evidence: Make, make_diagnosis: MakeDiagnosis, origin: Origin, word: str
) -> None:
    shifted = make_evidence(mismatched(make_diagnosis, SHIFT, origin), train_class_counts=(700, 300))
    advice = closer_dev_set(shifted)
    assert advice is not None and word in advice.action and "stratify" not in advice.action
    same = make_evidence(mismatched(make_diagnosis, "", origin), train_class_counts=(700, 300))
    assert closer_dev_set(same) is None and bigger_dev_set(same) is not None
    possible = dev_set_of_same_origin(same)
    assert possible is not None and possible.action == advice.action


def test_an_origin_needs_a_high_gap(make_evidence: Make, make_diagnosis: MakeDiagnosis) -> None:
    assert dev_set_of_same_origin(make_evidence(mismatched(make_diagnosis, "", Origin.FILES, test=13))) is None
    assert dev_set_of_same_origin(make_evidence(mismatched(make_diagnosis, "", None))) is None
    assert closer_dev_set(make_evidence(mismatched(make_diagnosis, SHIFT, None, test=13))) is not None
