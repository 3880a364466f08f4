from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.core import DataError
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.table import column_of
from dlcli.data.times import times_of

ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
YEARS = {"min_value": datetime(1700, 1, 1), "max_value": datetime(2200, 1, 1)}


def examples_with(values: Any) -> Examples:
    return Examples(
        np.zeros((len(values), 1)),
        None,
        row_numbers(len(values)),
        fields={"when": column_of(values)},
        place_of=lambda row: {"file": "d.csv", "line": row + 2},
    )


def ranks(values: Any) -> list[int]:
    return np.unique(times_of(examples_with(values), "when"), return_inverse=True)[1].tolist()


def expected_ranks(moments: list[Any]) -> list[int]:
    ordered = sorted(set(moments))
    return [ordered.index(moment) for moment in moments]


@settings(deadline=None)
@given(st.lists(st.dates(date(1700, 1, 1), date(2200, 1, 1)), min_size=1))
def test_dates(days: list[date]) -> None:
    assert ranks([day.isoformat() for day in days]) == expected_ranks(days)


@settings(deadline=None)
@given(st.lists(st.datetimes(**YEARS), min_size=1), st.sampled_from([" ", "T"]))
def test_times_of_day(moments: list[datetime], between: str) -> None:
    assert ranks([moment.isoformat(between, "microseconds") for moment in moments]) == expected_ranks(moments)


@settings(deadline=None)
@given(st.lists(st.datetimes(**YEARS, timezones=ZONES), min_size=1))
def test_zones(moments: list[datetime]) -> None:
    instants = [moment.astimezone(UTC) for moment in moments]
    assert ranks([moment.isoformat() for moment in moments]) == expected_ranks(instants)


def test_a_fraction_has_any_number_of_digits() -> None:
    times = ["2021-01-05T10:00:00.5Z", "2021-01-05T10:00:00.123456789Z", "2021-01-05T10:00:00.123456788Z"]
    assert ranks(times) == [2, 1, 0]


def test_months() -> None:
    assert ranks(["2021-11", "2021-02", "2020-12"]) == [2, 1, 0]


@pytest.mark.parametrize("unit", ["D", "s", "ns"])
def test_timestamps_of_arrays(unit: str) -> None:
    times = np.array(["2021-01-03", "2021-01-01", "2021-01-02"], f"datetime64[{unit}]")
    assert ranks(times) == [2, 0, 1]
    if unit == "ns":  # these are equal as float64
        assert ranks(times[:1] + np.array([2, 0, 1], "timedelta64[ns]")) == [2, 0, 1]


def test_numbers() -> None:
    assert ranks([3, 1.5, -2]) == [2, 1, 0]


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (["5/1/2021", "6/1/2021"], 2),
        (["Jan", "Feb"], 2),
        (["week 1", "week 12"], 2),
        (["2021-1-5", "2021-1-12"], 2),
        (["2021-01-05", "2021-1-6"], 3),
        (["2021-02-28", "2021-02-29"], 3),
        (["2021-01-05", "2021-01-06 10:00"], 3),
        (["2021-01-05 10:00", "2021-01-05 10:00Z"], 3),
        (["2021-01-05 25:00"], 2),
        (["05-01-2021"], 2),
        (["2021-W05"], 2),
        (["2021-01-05", None], 3),
        ([1.0, None, 2.0], 3),
    ],
)
def test_ambiguous_times_are_an_error_with_their_line(values: list[Any], line: int) -> None:
    with pytest.raises(DataError) as caught:
        times_of(examples_with(values), "when")
    assert (caught.value.file, caught.value.line, caught.value.key) == ("d.csv", line, "when")


def test_not_a_time_is_missing() -> None:
    with pytest.raises(DataError) as caught:
        times_of(examples_with(np.array(["2021-01-01", "NaT"], "datetime64[s]")), "when")
    assert caught.value.line == 3
