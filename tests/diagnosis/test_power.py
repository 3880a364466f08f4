from collections.abc import Callable

import numpy as np
import pytest

from dlcli.diagnosis import Diagnosis, SplitErrors, diagnose
from dlcli.tasks import MeanSquaredError


def test_the_estimated_size_settles_the_gap_and_four_fifths_do_not(make_diagnosis: Callable[..., Diagnosis]) -> None:
    """The interval excludes zero at the estimated size, and covers it at four fifths of that."""
    gap = make_diagnosis(train=(100, 2000), dev=(21, 300)).gap("variance")
    assert gap is not None and gap.verdict == "inconclusive"
    (need,) = gap.needed
    assert need.split == "dev" and need.have == 300 and need.more == need.need - 300
    for size, verdict in ((need.need, "high"), (int(0.8 * need.need), "inconclusive")):
        larger = make_diagnosis(train=(100, 2000), dev=(round(0.07 * size), size)).gap("variance")
        assert larger is not None and larger.verdict == verdict


def test_both_splits_are_enlarged_if_one_is_not_enough(make_diagnosis: Callable[..., Diagnosis]) -> None:
    gap = make_diagnosis(train=(5, 100), dev=(6, 100)).gap("variance")
    assert gap is not None and [need.split for need in gap.needed] == ["train", "dev"]
    sizes = {need.split: need.need for need in gap.needed}
    larger = make_diagnosis(
        train=(round(0.05 * sizes["train"]), sizes["train"]), dev=(round(0.06 * sizes["dev"]), sizes["dev"])
    ).gap("variance")
    assert larger is not None and not larger.difference.covers(0)


@pytest.mark.parametrize("dev", [(50, 1000), (40, 1000), (300, 1000)], ids=["equal", "negative", "settled"])
def test_no_sizes_if_the_gap_is_settled_or_cannot_be(
    make_diagnosis: Callable[..., Diagnosis], dev: tuple[int, int]
) -> None:
    gap = make_diagnosis(train=(50, 1000), dev=dev).gap("variance")
    assert gap is not None and gap.needed == ()


@pytest.mark.parametrize(
    ("train", "dev"), [((100, 2000), (21, 300)), ((1, 1000), (1, 60)), ((4, 400), (3, 120)), ((40, 100), (50, 100))]
)
def test_half_of_the_samples_of_the_estimated_size_settle_the_gap(
    make_diagnosis: Callable[..., Diagnosis], train: tuple[int, int], dev: tuple[int, int]
) -> None:
    """If the observed rates are the true ones, half of the samples have a larger difference."""
    gap = make_diagnosis(train=train, dev=dev).gap("variance")
    assert gap is not None and gap.needed
    sizes = {"train": train[1], "dev": dev[1]} | {need.split: need.need for need in gap.needed}
    random = np.random.default_rng(0)
    rates = {"train": train[0] / train[1], "dev": dev[0] / dev[1]}

    def share_settled(factor: float) -> float:
        settled = []
        for _ in range(300):
            counts = {name: (round(rate * sizes["train"]), sizes["train"]) for name, rate in rates.items()}
            size = round(factor * sizes["dev"])
            counts["dev"] = (int(random.binomial(size, rates["dev"])), size)
            one = make_diagnosis(**counts).gap("variance")
            settled.append(one is not None and one.difference.low > 0)
        return float(np.mean(settled))

    assert 0.38 < share_settled(1.0) < 0.72
    assert share_settled(0.5) < 0.4


def test_no_later_split_is_large_enough_if_the_earlier_one_is_too_small(
    make_diagnosis: Callable[..., Diagnosis],
) -> None:
    """With 0 errors in 100 training examples, 3.7 % remains possible (Wilson), so 2.5 % on dev is inconclusive."""
    gap = make_diagnosis(train=(0, 100), dev=(1, 40)).gap("variance")
    assert gap is not None
    assert [need.split for need in gap.needed] == ["train", "dev"]


@pytest.mark.parametrize("spread", [0.02, 0.3])
def test_a_regression_is_settled_at_the_estimated_size(spread: float) -> None:
    random = np.random.default_rng(1)
    errors = {name: size * (1 + spread * random.standard_normal(60)) ** 2 for name, size in (("a", 1.0), ("b", 1.05))}
    measure = MeanSquaredError()
    diagnosis = diagnose([SplitErrors("train", errors["a"]), SplitErrors("dev", errors["b"])], measure=measure)
    gap = diagnosis.gap("variance")
    assert gap is not None
    if not gap.difference.covers(0) or gap.difference.value <= 0:
        assert gap.needed == ()
        return
    copies = {need.split: -(-need.need // need.have) for need in gap.needed}
    larger = [
        SplitErrors(name, np.tile(errors[of], copies.get(name, 1))) for name, of in (("train", "a"), ("dev", "b"))
    ]
    settled = diagnose(larger, measure=measure).gap("variance")
    assert settled is not None and settled.difference.low > 0
