"""Age of a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dlcli.cli.age import age


@pytest.mark.parametrize(
    ("ago", "text"),
    [(timedelta(seconds=5), "5.0 s"), (timedelta(minutes=3), "3 min"), (timedelta(days=2, hours=7), "2 d")],
)
def test_age_in_its_largest_unit(ago, text):
    assert age((datetime.now(UTC) - ago).isoformat()) == text


def test_a_start_in_the_future_is_now():
    assert age((datetime.now(UTC) + timedelta(hours=1)).isoformat()) == "0 s"


def test_no_age_without_a_start():
    assert age(None) == "–"
