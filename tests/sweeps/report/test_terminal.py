"""Summary on the terminal."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from dlcli.search import SweepOutcome
from dlcli.sweeps import sweep_summary

Make = Callable[..., SweepOutcome]


def render(outcome: SweepOutcome) -> str:
    stream = io.StringIO()
    Console(file=stream, width=80).print(sweep_summary(outcome))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    return text


def test_summary(outcome: SweepOutcome) -> None:
    text = render(outcome)
    assert "2.35 %" in text
    assert "[134, 134]" in text  # brackets are not interpreted as markup
    assert "The best 8 of 35" in text
    assert "optimizer.learning_rate" in text and "first" in text
    assert "trial 29 (failed)" in text
    assert "execution: {seeds: 3}" in text


def test_summary_without_completed_trial(make_outcome: Make) -> None:
    trials = tuple(replace(one, status="failed", value=None, reason=None) for one in make_outcome(3).trials)
    text = render(make_outcome(trials=trials))
    assert "The best" not in text and "trial 2 (failed)" in text


def test_summary_with_violated_constraint(make_outcome: Make) -> None:
    trials = tuple(replace(one, violated=("latency_ms <= 5",)) for one in make_outcome(2).trials)
    assert "violates latency_ms <= 5." in " ".join(render(make_outcome(trials=trials)).split())
