"""Scales: increasing functions and their inverses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.search.scales import LINEAR, LOGARITHMIC, ONE_MINUS_LOGARITHMIC

SCALES = {
    LINEAR: st.floats(-1e9, 1e9),
    LOGARITHMIC: st.floats(1e-12, 1e12),
    ONE_MINUS_LOGARITHMIC: st.floats(1e-6, 1 - 1e-6),
}


@given(st.sampled_from(list(SCALES)), st.data())
def test_number_inverts_position(scale, data):
    low, high = sorted(data.draw(st.tuples(SCALES[scale], SCALES[scale])))
    assert scale.above < low <= high < scale.below
    assert scale.number(scale.position(low)) == pytest.approx(low, rel=1e-9)
    assert scale.position(low) <= scale.position(high)


def test_decades_have_equal_length():
    assert LOGARITHMIC.position(1e-3) - LOGARITHMIC.position(1e-4) == pytest.approx(
        LOGARITHMIC.position(1e-1) - LOGARITHMIC.position(1e-2)
    )
    assert ONE_MINUS_LOGARITHMIC.position(0.99) - ONE_MINUS_LOGARITHMIC.position(0.9) == pytest.approx(
        ONE_MINUS_LOGARITHMIC.position(0.999) - ONE_MINUS_LOGARITHMIC.position(0.99)
    )
