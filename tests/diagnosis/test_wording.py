from collections.abc import Callable

import pytest

from dlcli.diagnosis import (
    Baseline,
    Diagnosis,
    Interval,
    Mismatch,
    Origin,
    baseline_sentence,
    gap_phrase,
    gap_sentence,
    level_title,
    mismatch_remarks,
    mismatch_sentence,
    needed_sentence,
    verdict_sentence,
)
from dlcli.tasks import ErrorRate

Make = Callable[..., Diagnosis]


def test_a_conclusive_gap_with_its_numbers(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(human_error=0.0, train=(5, 1000), dev=(100, 1000))
    assert diagnosis.largest is not None
    sentence = gap_sentence(diagnosis, diagnosis.largest)
    assert all(part in sentence for part in ("10.0 %", "9.50 points", "95 %", "+7.7 … +11.5"))
    phrase = gap_phrase(diagnosis, diagnosis.largest)
    assert all(part in phrase for part in ("variance", "+9.50 points", "+7.7 … +11.5"))
    assert verdict_sentence(diagnosis).endswith(f" variance: {sentence}.")


def test_an_assumed_optimum_gives_an_upper_bound(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(train=(200, 1000))
    assert level_title(diagnosis, "human") == "assumed optimum"
    assert "upper bound" in verdict_sentence(diagnosis)


def test_an_inconclusive_verdict_has_the_examples_needed(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(human_error=0.05, train=(100, 2000), dev=(21, 300))
    sentence = verdict_sentence(diagnosis)
    assert sentence.startswith("Inconclusive: ")
    assert all(part in sentence for part in ("variance", "dev error 7.00 %", "670 dev examples", "370 more"))


def test_a_larger_inconclusive_gap_is_mentioned(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(train=(300, 10_000), dev=(5, 75))
    assert diagnosis.verdict == "avoidable_bias"
    assert "variance" in verdict_sentence(diagnosis)


def test_a_perfect_model_is_inconclusive(make_diagnosis: Make) -> None:
    assert verdict_sentence(make_diagnosis(train=(0, 100), dev=(0, 50))).startswith("Inconclusive: ")


def test_a_settled_gap_needs_no_sentence(make_diagnosis: Make) -> None:
    (bias,) = make_diagnosis(train=(200, 1000)).gaps
    assert needed_sentence(bias) == ""


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.2, -0.1, " is better"),
        (-0.1, 0.1, " not shown"),
        (0.1, 0.2, " worse"),
    ],
)
def test_the_model_compared_with_a_constant(low: float, high: float, verdict: str) -> None:
    baseline = Baseline("always 'no'", "test", 0.24, 0.14, Interval((low + high) / 2, low, high, 0.95, "paired"))
    sentence = baseline_sentence(ErrorRate(), baseline)
    assert verdict in sentence
    assert all(part in sentence for part in ("14.0 %", "always 'no'", "24.0 %"))


SHIFT = "the share of class yes is 31 % in dev and 12 % in test"


def overfitted(make_diagnosis: Make, mismatch: Mismatch) -> Diagnosis:
    return make_diagnosis(mismatches={"test": mismatch}, train=(10, 1000), dev=(12, 1000), test=(80, 1000))


def test_a_shift_is_part_of_the_verdict(make_diagnosis: Make) -> None:
    diagnosis = overfitted(make_diagnosis, Mismatch(SHIFT))
    sentence = verdict_sentence(diagnosis)
    assert "dev-test mismatch" in sentence and SHIFT in sentence and "overfit" not in sentence
    assert mismatch_remarks(diagnosis) == []


@pytest.mark.parametrize("origin", Origin)
def test_an_origin_is_part_of_the_verdict(make_diagnosis: Make, origin: Origin) -> None:
    sentence = verdict_sentence(overfitted(make_diagnosis, Mismatch(origin=origin)))
    assert "dev overfit" in sentence
    assert f"Dev and test {origin}." in sentence
    assert sentence.endswith("mismatch.")


def test_an_undecided_gap_has_its_mismatch_in_the_verdict(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(
        human_error=0.01,
        mismatches={"test": Mismatch(origin=Origin.PERIODS)},
        train=(10, 1000),
        dev=(5, 500),
        test=(9, 500),
    )
    assert diagnosis.undecided is diagnosis.gaps[-1]
    assert str(Origin.PERIODS) in verdict_sentence(diagnosis)


def test_the_mismatch_of_another_gap_is_a_remark(make_diagnosis: Make) -> None:
    counts = {"train": (5, 1000), "dev": (100, 1000), "test": (130, 1000)}
    diagnosis = make_diagnosis(mismatches={"test": Mismatch(SHIFT)}, **counts)
    assert diagnosis.verdict == "variance" and SHIFT not in verdict_sentence(diagnosis)
    (remark,) = mismatch_remarks(diagnosis)
    assert SHIFT in remark and remark == mismatch_sentence(diagnosis.gaps[-1])


@pytest.mark.parametrize(("mismatch", "remarks"), [(Mismatch(SHIFT), 1), (Mismatch(origin=Origin.FILES), 0)])
def test_only_a_shift_is_remarked_if_there_is_no_gap_to_explain(
    make_diagnosis: Make, mismatch: Mismatch, remarks: int
) -> None:
    counts = {"train": (5, 1000), "dev": (100, 1000), "test": (90, 1000)}
    assert len(mismatch_remarks(make_diagnosis(mismatches={"test": mismatch}, **counts))) == remarks


def test_no_mismatch_has_no_sentence(make_diagnosis: Make) -> None:
    assert [mismatch_sentence(gap) for gap in overfitted(make_diagnosis, Mismatch()).gaps] == ["", "", ""]
