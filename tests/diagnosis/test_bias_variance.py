from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.diagnosis import Diagnosis, Mismatch, Origin, SplitErrors, diagnose, verdict_sentence
from dlcli.tasks import ErrorRate, NatsPerToken, RootMeanSquaredError

Make = Callable[..., Diagnosis]


def test_all_levels_and_gaps(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(
        human_error=0.01, train=(20, 1000), train_dev=(30, 1000), dev=(100, 1000), test=(110, 1000)
    )
    assert [level.name for level in diagnosis.levels] == ["human", "train", "train_dev", "dev", "test"]
    assert [(gap.name, gap.earlier, gap.later) for gap in diagnosis.gaps] == [
        ("avoidable_bias", "human", "train"),
        ("variance", "train", "train_dev"),
        ("data_mismatch", "train_dev", "dev"),
        ("dev_overfit", "dev", "test"),
    ]
    assert [gap.difference.value for gap in diagnosis.gaps] == pytest.approx([0.01, 0.01, 0.07, 0.01])
    assert diagnosis.verdict == "data_mismatch"


@pytest.mark.parametrize(
    ("splits", "names"),
    [
        ({"train": (1, 10)}, ["avoidable_bias"]),
        ({"train": (1, 10), "dev": (0, 0), "test": (2, 10)}, ["avoidable_bias", "variance"]),
        ({"train": (1, 10), "dev": (2, 10), "test": (2, 10)}, ["avoidable_bias", "variance", "dev_overfit"]),
        ({"train": (1, 10), "train_dev": (1, 10), "dev": (2, 10)}, ["avoidable_bias", "variance", "data_mismatch"]),
    ],
)
def test_splits_without_examples_are_skipped(
    make_diagnosis: Make, splits: dict[str, tuple[int, int]], names: list[str]
) -> None:
    assert [gap.name for gap in make_diagnosis(**splits).gaps] == names


@pytest.mark.parametrize(
    ("splits", "verdict"),
    [
        ({"train": (200, 1000), "dev": (210, 1000)}, "avoidable_bias"),
        ({"train": (5, 1000), "dev": (100, 1000)}, "variance"),
        ({"train": (10, 1000), "dev": (12, 1000), "test": (80, 1000)}, "dev_overfit"),
        ({"train": (0, 1000), "dev": (2, 100)}, "variance"),
        ({"train": (0, 100), "dev": (1, 100)}, "inconclusive"),
        ({"train": (0, 100), "dev": (0, 100)}, "inconclusive"),
    ],
)
def test_the_largest_conclusive_gap_is_the_verdict(
    make_diagnosis: Make, splits: dict[str, tuple[int, int]], verdict: str
) -> None:
    assert make_diagnosis(**splits).verdict == verdict


def test_a_conclusive_gap_is_small_next_to_a_much_larger_one(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(train=(100, 10_000), dev=(2_000, 10_000))
    assert [gap.verdict for gap in diagnosis.gaps] == ["small", "high"]


def test_a_model_better_than_people_has_no_avoidable_bias(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(human_error=0.1, train=(10, 1000), dev=(60, 1000))
    assert [gap.verdict for gap in diagnosis.gaps] == ["small", "high"]


def test_without_a_human_error_the_avoidable_bias_is_an_upper_bound(make_diagnosis: Make) -> None:
    assumed, given_zero = make_diagnosis(train=(100, 1000)), make_diagnosis(human_error=0.0, train=(100, 1000))
    assert assumed.gaps[0].difference.value == given_zero.gaps[0].difference.value == 0.1
    assert assumed.is_upper_bound(assumed.gaps[0])
    assert not given_zero.is_upper_bound(given_zero.gaps[0])


@pytest.mark.parametrize(
    ("human_error", "errors", "verdict"), [(None, 4, "small"), (None, 6, "high"), (0.0, 4, "high")]
)
def test_half_a_point_above_an_assumed_optimum_is_small(
    make_diagnosis: Make, human_error: float | None, errors: int, verdict: str
) -> None:
    assert make_diagnosis(human_error=human_error, train=(errors, 1000)).gaps[0].verdict == verdict


def test_regression_is_diagnosed_in_its_unit() -> None:
    generator = np.random.default_rng(0)
    splits = [
        SplitErrors("train", generator.normal(0, 3, 400) ** 2),
        SplitErrors("dev", generator.normal(0, 6, 200) ** 2),
    ]
    diagnosis = diagnose(splits, measure=RootMeanSquaredError(), human_error=2.5)
    assert [level.error.value for level in diagnosis.levels] == pytest.approx([2.5, 3, 6], rel=0.1)
    assert diagnosis.verdict == "variance"
    assert diagnosis.gaps[1].difference.method.startswith("bootstrap")


def test_the_training_split_is_required() -> None:
    with pytest.raises(ValueError, match="training"):
        diagnose([SplitErrors.counted("dev", num_examples=10, num_errors=1)], measure=ErrorRate())


counts = st.integers(1, 400).flatmap(lambda examples: st.tuples(st.integers(0, examples), st.just(examples)))


@given(train=counts, dev=counts, test=counts, human_error=st.none() | st.floats(0, 1))
def test_verdicts_follow_the_intervals(
    train: tuple[int, int], dev: tuple[int, int], test: tuple[int, int], human_error: float | None
) -> None:
    splits = [
        SplitErrors.counted(split, num_errors=errors, num_examples=examples)
        for split, (errors, examples) in (("train", train), ("dev", dev), ("test", test))
    ]
    diagnosis = diagnose(splits, measure=ErrorRate(), human_error=human_error)
    for gap in diagnosis.gaps:
        difference = gap.difference
        assert difference.low - 1e-12 <= difference.value <= difference.high + 1e-12
        assert (gap.verdict == "inconclusive") == difference.covers(0)
        assert gap.verdict != "high" or difference.value > 0
        assert all(need.more > 0 for need in gap.needed)
    assert diagnosis.verdict == "inconclusive" or diagnosis.largest in diagnosis.gaps


def nats(level: float, count: int = 4000) -> np.ndarray:
    """Draw errors of texts around a level, with the same spread for each level."""
    return level + 0.1 * np.random.default_rng(0).standard_normal(count)


def test_the_avoidable_bias_of_a_language_model_is_unknown() -> None:
    measure = NatsPerToken()
    close = diagnose([SplitErrors("train", nats(2.1)), SplitErrors("dev", nats(2.11))], measure=measure)
    assert [gap.verdict for gap in close.gaps] == ["unknown", "small"]  # 0.01 is below 2 % of 2.1
    assert "unknown" in verdict_sentence(close)
    apart = diagnose([SplitErrors("train", nats(1.3)), SplitErrors("dev", nats(1.6))], measure=measure)
    assert [gap.verdict for gap in apart.gaps] == ["unknown", "high"]
    assert apart.verdict == "variance"
    given = diagnose([SplitErrors("train", nats(1.3)), SplitErrors("dev", nats(1.4))], measure=measure, human_error=1.0)
    assert [gap.verdict for gap in given.gaps] == ["high", "high"]


def test_a_shift_of_the_targets_renames_the_gap_after_dev(make_diagnosis: Make) -> None:
    counts = {"train": (10, 1000), "train_dev": (10, 1000), "dev": (12, 1000), "test": (80, 1000)}
    shifted = {split: Mismatch("the share of class yes is 31 % in one and 12 % in the other") for split in counts}
    diagnosis = make_diagnosis(mismatches=shifted, **counts)
    assert diagnosis.verdict == "dev_test_mismatch"
    assert [(gap.name, gap.title) for gap in diagnosis.gaps[1:]] == [
        ("variance", "variance"),
        ("data_mismatch", "data mismatch"),
        ("dev_test_mismatch", "dev-test mismatch"),
    ]
    assert all(gap.mismatch.shift for gap in diagnosis.gaps[1:])


@pytest.mark.parametrize("origin", [*Origin, None])
def test_the_origin_alone_does_not_rename_the_gap(make_diagnosis: Make, origin: Origin | None) -> None:
    diagnosis = make_diagnosis(
        mismatches={"test": Mismatch(origin=origin)}, train=(10, 1000), dev=(12, 1000), test=(80, 1000)
    )
    assert diagnosis.verdict == "dev_overfit"
    assert diagnosis.gaps[-1].mismatch.origin is origin


def test_without_a_dev_set_the_gap_after_train_dev_is_a_mismatch(make_diagnosis: Make) -> None:
    diagnosis = make_diagnosis(train=(10, 1000), train_dev=(12, 1000), test=(80, 1000))
    assert diagnosis.verdict == "data_mismatch"
