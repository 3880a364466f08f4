"""Regions: parts of the unit interval and subsets of choices."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dlcli.search import Choice, Parameter, Region, Uniform

RATE = Parameter("rate", Uniform(low=0, high=1))
#: The second of 49 cells starts at the float 1 / 49, and 49 times this float is less than 1.
KIND = Parameter("kind", Choice(values=list(range(49))))
POSITION = st.floats(0, 1, exclude_max=True)


@given(POSITION)
def test_whole_region_is_identity(u: float) -> None:
    assert Region.whole().normalize(RATE, u) == u
    assert Region.whole() == Region()


@given(POSITION, st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted))
def test_coordinates_are_mapped_into_interval(u: float, bounds: list[float]) -> None:
    low, high = bounds
    assert low <= Region({"rate": (low, high)}).normalize(RATE, u) <= high


def test_interval_mapping_is_linear() -> None:
    region = Region({"rate": (0.5, 0.75)})
    assert [region.normalize(RATE, u) for u in (0.0, 0.5)] == [0.5, 0.625]


@given(POSITION, st.lists(st.integers(0, 48), min_size=1, unique=True).map(sorted))
def test_choice_in_region_has_remaining_values(u: float, indices: list[int]) -> None:
    region = Region(choices={"kind": tuple(indices)})
    assert KIND.distribution is not None
    assert KIND.distribution.value(region.normalize(KIND, u)) == indices[int(u * len(indices))]
