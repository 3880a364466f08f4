"""Numbers, durations and ages as people read them."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime, timedelta

import pytest

from dlcli.cli import formatting as figures


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(figures).failed == 0


@pytest.mark.parametrize(
    ("ago", "text"),
    [(timedelta(seconds=5), "5.0 s"), (timedelta(minutes=3), "3 min"), (timedelta(days=2, hours=7), "2 d")],
)
def test_age_in_its_largest_unit(ago, text):
    assert figures.age((datetime.now(UTC) - ago).isoformat()) == text


def test_no_age_without_a_start():
    assert figures.age(None) == "–"
