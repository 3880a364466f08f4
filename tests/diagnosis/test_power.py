from collections.abc import Callable

import pytest

from dlcli.diagnosis import Diagnosis


def test_the_estimate_is_enough_and_not_far_too_much(make_diagnosis: Callable[..., Diagnosis]) -> None:
    """At the size that is named the interval excludes zero, at four fifths of it it does not."""
    gap = make_diagnosis(train=(100, 2000), dev=(21, 300)).gap("variance")
    assert gap is not None and gap.verdict == "inconclusive"
    (need,) = gap.needed
    assert need.split == "dev" and need.have == 300 and need.more == need.need - 300
    for size, verdict in ((need.need, "high"), (int(0.8 * need.need), "inconclusive")):
        larger = make_diagnosis(train=(100, 2000), dev=(round(0.07 * size), size)).gap("variance")
        assert larger is not None and larger.verdict == verdict


def test_both_splits_grow_where_one_is_not_enough(make_diagnosis: Callable[..., Diagnosis]) -> None:
    gap = make_diagnosis(train=(5, 100), dev=(6, 100)).gap("variance")
    assert gap is not None and [need.split for need in gap.needed] == ["train", "dev"]
    sizes = {need.split: need.need for need in gap.needed}
    larger = make_diagnosis(
        train=(round(0.05 * sizes["train"]), sizes["train"]), dev=(round(0.06 * sizes["dev"]), sizes["dev"])
    ).gap("variance")
    assert larger is not None and not larger.difference.covers(0)


@pytest.mark.parametrize("dev", [(50, 1000), (40, 1000), (300, 1000)], ids=["equal", "negative", "settled"])
def test_nothing_is_needed_where_no_size_would_settle_or_it_is_settled(
    make_diagnosis: Callable[..., Diagnosis], dev: tuple[int, int]
) -> None:
    gap = make_diagnosis(train=(50, 1000), dev=dev).gap("variance")
    assert gap is not None and gap.needed == ()
