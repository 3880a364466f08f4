import math
from collections.abc import Callable
from typing import Any

import pytest

from dlcli.diagnosis import Diagnosis, Evidence, IdenticalUnits, Mismatch, advise
from dlcli.diagnosis.knobs import ALARMS, KNOBS, MEASUREMENTS, OUTLOOK

Make = Callable[..., Evidence]
MakeDiagnosis = Callable[..., Diagnosis]
FALLING = [2.3 * math.exp(-epoch / 15) for epoch in range(20)]

COUNTS: dict[str, dict[str, Any]] = {
    "avoidable_bias": {"train": (200, 1000), "dev": (210, 1000)},
    "variance": {"train": (5, 1000), "dev": (100, 1000)},
    "data_mismatch": {"train": (5, 1000), "train_dev": (8, 1000), "dev": (100, 1000)},
    "dev_overfit": {"train": (5, 1000), "dev": (6, 1000), "test": (100, 1000)},
    "dev_test_mismatch": {
        "train": (5, 1000),
        "dev": (6, 1000),
        "test": (100, 1000),
        "mismatches": {"test": Mismatch("the targets differ")},
    },
    "inconclusive": {"human_error": 0.05, "train": (100, 2000), "dev": (21, 300)},
}


@pytest.mark.parametrize("verdict", COUNTS)
def test_two_or_three_different_knobs_for_every_verdict(
    make_evidence: Make, make_diagnosis: MakeDiagnosis, verdict: str
) -> None:
    diagnosis = make_diagnosis(**COUNTS[verdict])
    assert diagnosis.verdict == verdict
    advice = advise(make_evidence(diagnosis, loss=FALLING))
    assert 2 <= len(advice) <= 3
    assert len({piece.knob for piece in advice}) == len(advice)
    assert all(bool(piece.settings) is not bool(piece.action) for piece in advice)


@pytest.mark.parametrize(
    ("verdict", "knobs"),
    [
        ("avoidable_bias", ["longer training", "bigger network", "human-level error"]),
        ("variance", ["stronger L2", "more dropout", "more training data"]),
        ("data_mismatch", ["closer training data", "human-level error", "error analysis"]),
        ("dev_overfit", ["bigger dev set", "human-level error", "error analysis"]),
        ("dev_test_mismatch", ["closer dev set", "human-level error", "error analysis"]),
        ("inconclusive", ["bigger dev set", "another seed", "stronger L2"]),
    ],
)
def test_the_largest_gap_decides_the_knobs(
    make_evidence: Make, make_diagnosis: MakeDiagnosis, verdict: str, knobs: list[str]
) -> None:
    advice = advise(make_evidence(make_diagnosis(**COUNTS[verdict]), loss=FALLING))
    assert [piece.knob for piece in advice] == knobs


def test_two_high_gaps_both_get_advice(make_evidence: Make, make_diagnosis: MakeDiagnosis) -> None:
    advice = advise(make_evidence(make_diagnosis(train=(100, 1000), dev=(260, 1000)), loss=FALLING))
    assert [piece.knob_class for piece in advice] == ["fit-dev", "fit-dev", "fit-train"]


def test_problems_of_the_training_come_first(
    make_evidence: Make, make_diagnosis: MakeDiagnosis, make_spec: Callable[..., dict[str, Any]]
) -> None:
    evidence = make_evidence(
        make_diagnosis(**COUNTS["avoidable_bias"]),
        loss=[1.0, math.nan, math.nan, math.nan],
        identical=(IdenticalUnits("linear_1.weight", 64),),
        spec=make_spec(model__initializer={"name": "zeros"}),
    )
    assert [piece.knob for piece in advise(evidence)] == [
        "random initialization",
        "lower learning rate",
        "human-level error",
    ]


def test_every_rule_is_documented_and_listed_once() -> None:
    rules = [*ALARMS, *MEASUREMENTS, *OUTLOOK, *(rule for knobs in KNOBS.values() for rule in knobs)]
    assert len(rules) == len(set(rules))
    assert all(rule.__doc__ for rule in rules)


def test_more_examples_do_not_settle_a_mismatch(make_evidence: Make, make_diagnosis: MakeDiagnosis) -> None:
    counts = {"human_error": 0.01, "train": (10, 1000), "dev": (5, 500), "test": (9, 500)}
    settled, mismatched = (
        [piece.knob for piece in advise(make_evidence(make_diagnosis(mismatches={"test": Mismatch(shift)}, **counts)))]
        for shift in ("", "the targets differ")
    )
    assert {"bigger dev set", "another seed"} <= {*settled}
    assert mismatched[0] == "closer dev set" and not {"bigger dev set", "another seed"} & {*mismatched}
