"""What the comparison of searches compares."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import searches
from benchmarks.paired_result import PairedResult
from benchmarks.searches import RANGES, Found, slid
from dlcli.sweeps import build_space, load_sweep


def test_ranges_slide_from_repeat_to_repeat_and_keep_their_width(tmp_path: Path) -> None:
    file = tmp_path / "searches.yaml"
    file.write_text(searches.SWEEP)
    lows = set()
    for seed in range(3):
        space = build_space(load_sweep(file, params=slid(seed)))
        bounds = {
            parameter.name: parameter.distribution.bounds() for parameter in space.drawn if parameter.distribution
        }
        for name, (_, low, high, most) in RANGES.items():
            assert bounds[name][1] / bounds[name][0] == pytest.approx(high / low, rel=0.05)  # integers are rounded
            assert 1 / most <= bounds[name][0] / low * 1.05 <= most * 1.05**2
        lows.add(bounds["optimizer.learning_rate"][0])
    assert len(lows) == 3
    assert slid(0) == slid(0)


def test_every_rival_is_compared_by_both_figures() -> None:
    found = [
        {
            "coarse_to_fine": Found(0.10 + seed / 1000, 0.11 + seed / 1000, 50),
            "random": Found(0.12 + seed / 900, 0.13, 60),
            "grid": Found(0.09, 0.11 + seed / 1000, 60),
        }
        for seed in range(10)
    ]
    rows = searches.results(found)
    verdicts = {(row.what, row.rival): row.verdict for row in rows if isinstance(row, PairedResult)}
    expected = {
        ("searches, best dev error", "random"): "better",
        ("searches, best dev error", "grid"): "worse",
        ("searches, dev error with other seeds", "random"): "better",
        ("searches, dev error with other seeds", "grid"): "not shown to be better",
    }
    assert verdicts == expected
    assert [row.reached for row in rows] == [
        True,
        False,
        None,
        None,
        None,
    ]  # all but the best dev error are only worth knowing
    assert rows[-1].value == 50
    assert rows[-1].beside == {"random": 60, "grid": 60}


def test_without_the_data_the_comparison_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCLI_DATA", str(tmp_path))
    [row] = searches.measure(1, tmp_path)
    assert row.note.startswith("left out")
