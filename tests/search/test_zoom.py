"""Zoom into the region around the best configurations, computed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import Condition
from dlcli.search import Choice, LogUniform, Parameter, Region, Space, Uniform
from dlcli.search.zoom import zoom

SPACE = Space(
    [
        Parameter("rate", LogUniform(low=1e-4, high=1.0)),
        Parameter("name", Choice(values=["sgd", "adam", "rmsprop"])),
        Parameter("beta", Uniform(low=0.0, high=1.0), condition=Condition.parse("name == adam")),
    ]
)


def test_zoom_on_scale_of_parameter() -> None:
    # 10⁻³, 10⁻² and 10⁻¹ have the coordinates 1/4, 2/4 and 3/4; they span 1/2, a quarter of which is 1/8
    best = [{"rate": rate, "name": "sgd"} for rate in (1e-3, 1e-1, 1e-2)]
    assert zoom(SPACE, Region.whole(), best).ranges["rate"] == pytest.approx((1 / 8, 7 / 8))


def test_zoom_minimum_width_and_clipping() -> None:
    one = [{"rate": 1e-2, "name": "sgd"}]
    assert zoom(SPACE, Region.whole(), one).ranges["rate"] == pytest.approx((1 / 2 - 1 / 6, 1 / 2 + 1 / 6))
    assert zoom(SPACE, Region({"rate": (0.4, 0.7)}), one).ranges["rate"] == pytest.approx((0.45, 0.55))
    edge = [{"rate": 1.0, "name": "sgd"}] * 3
    assert zoom(SPACE, Region.whole(), edge).ranges["rate"] == pytest.approx((5 / 6, 1.0))


def test_zoom_may_leave_previous_region() -> None:
    best = [{"rate": 1e-1, "name": "sgd"}]  # at 3/4, the edge
    assert zoom(SPACE, Region({"rate": (0.45, 0.75)}), best).ranges["rate"] == pytest.approx((0.7, 0.8))


def test_zoom_keeps_choices_of_best() -> None:
    best = [{"rate": 0.1, "name": name, "beta": 0.5} for name in ("rmsprop", "sgd", "rmsprop")]
    assert zoom(SPACE, Region.whole(), best).choices == {"name": (0, 2)}


def test_zoom_keeps_parameters_inactive_in_best() -> None:
    before = Region({"beta": (0.2, 0.6)})
    assert zoom(SPACE, before, [{"rate": 0.1, "name": "sgd"}]).ranges["beta"] == (0.2, 0.6)
    assert "beta" not in zoom(SPACE, Region.whole(), [{"rate": 0.1, "name": "sgd"}]).ranges
    assert zoom(SPACE, before, []) == before


@given(normalized=st.lists(st.floats(0, 1), min_size=1, max_size=8), bounds=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_zoom_contains_best_within_space(normalized: list[float], bounds: tuple[float, float]) -> None:
    best = [{"rate": 0.1, "name": "adam", "beta": coordinate} for coordinate in normalized]
    low, high = zoom(SPACE, Region({"beta": (min(bounds), max(bounds))}), best).ranges["beta"]
    assert 0 <= low <= min(normalized) + 1e-9
    assert max(normalized) - 1e-9 <= high <= 1
