"""Regions: parts of the unit interval, some of a choice's values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dlcli.search import Choice, Parameter, Region, Uniform

RATE = Parameter("rate", Uniform(low=0, high=1))
#: of 49 cells the second begins at a float, 1 / 49, that times 49 is less than 1
KIND = Parameter("kind", Choice(values=list(range(49))))
POSITION = st.floats(0, 1, exclude_max=True)


@given(POSITION)
def test_the_whole_leaves_every_position(u: float) -> None:
    assert Region.whole().normalize(RATE, u) == u
    assert Region.whole() == Region()


@given(POSITION, st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted))
def test_an_interval_is_stretched_over(u: float, bounds: list[float]) -> None:
    low, high = bounds
    assert low <= Region({"rate": (low, high)}).normalize(RATE, u) <= high


def test_an_interval_is_stretched_over_evenly() -> None:
    region = Region({"rate": (0.5, 0.75)})
    assert [region.normalize(RATE, u) for u in (0.0, 0.5)] == [0.5, 0.625]


@given(POSITION, st.lists(st.integers(0, 48), min_size=1, unique=True).map(sorted))
def test_a_choice_has_the_values_that_are_left(u: float, left: list[int]) -> None:
    region = Region(choices={"kind": tuple(left)})
    assert KIND.distribution is not None
    assert KIND.distribution.value(region.normalize(KIND, u)) == left[int(u * len(left))]
