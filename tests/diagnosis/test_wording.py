from collections.abc import Callable

import pytest

from dlcli.diagnosis import (
    Baseline,
    Diagnosis,
    Interval,
    Measure,
    baseline_sentence,
    gap_phrase,
    gap_sentence,
    level_title,
    needed_sentence,
    verdict_sentence,
)

Make = Callable[..., Diagnosis]


def test_a_conclusive_gap_with_its_numbers(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(human_error=0.0, train=(5, 1000), dev=(100, 1000))
    assert diagnosis.largest is not None
    sentence = "dev error 10.0 % is 9.50 points above train (95 % interval +7.7 … +11.5)"
    assert gap_sentence(diagnosis, diagnosis.largest) == sentence
    assert gap_phrase(diagnosis, diagnosis.largest) == "variance of +9.50 points (+7.7 … +11.5)"
    assert verdict_sentence(diagnosis) == f"The largest gap is the variance: {sentence}."


def test_an_upper_bound_is_called_one(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(train=(200, 1000))
    assert level_title(diagnosis, "human") == "assumed optimum"
    assert "this is the most that can be avoided" in verdict_sentence(diagnosis)


def test_an_undecided_chain_says_what_would_settle_it(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(human_error=0.05, train=(100, 2000), dev=(21, 300))
    sentence = verdict_sentence(diagnosis)
    assert sentence.startswith("Inconclusive: the largest gap, variance, cannot be told from zero: dev error 7.00 %")
    assert sentence.endswith(
        "About 670 dev examples (370 more) would settle it, if the difference is what it looks like."
    )


def test_a_larger_but_undecided_gap_is_mentioned(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(train=(300, 10_000), dev=(5, 75))
    assert diagnosis.verdict == "avoidable_bias"
    assert "The variance looks larger, but its interval covers zero. About" in verdict_sentence(diagnosis)


def test_a_perfect_model_has_nothing_to_tell_apart(make_diagnosis: Make) -> None:
    assert "nothing to tell apart" in verdict_sentence(make_diagnosis(train=(0, 100), dev=(0, 50)))


def test_nothing_needed_is_nothing_said(make_diagnosis: Make) -> None:
    (bias,) = make_diagnosis(train=(200, 1000)).gaps
    assert needed_sentence(bias) == ""


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.2, -0.1, "is better than no model"),
        (-0.1, 0.1, "is not shown to be better than"),
        (0.1, 0.2, "is worse than"),
    ],
)
def test_the_model_beside_no_model(low: float, high: float, verdict: str) -> None:
    found = Baseline("always 'no'", "test", 0.24, 0.14, Interval((low + high) / 2, low, high, 0.95, "paired"))
    sentence = baseline_sentence(Measure.ERROR_RATE, found)
    assert verdict in sentence
    assert sentence.endswith("test error 14.0 %, always 'no' has 24.0 %.")
