import io
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from dlcli.search import SweepOutcome
from dlcli.sweeps import sweep_summary

Make = Callable[..., SweepOutcome]


def printed(outcome: SweepOutcome) -> str:
    stream = io.StringIO()
    Console(file=stream, width=80).print(sweep_summary(outcome))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    return text


def test_a_whole_sweep(outcome: SweepOutcome) -> None:
    text = printed(outcome)
    assert "Trial 26: dev error 2.35 % (lower is better)." in text
    assert "[134, 134]" in text  # text in brackets is no markup
    assert "The best 8 of 35 configurations with a value" in text
    assert "optimizer.learning_rate" in text and "first" in text
    assert "the last of them trial 29 (failed)" in text
    assert "what to do next" in text and "execution: {seeds: 3}" in text


def test_no_trial_was_trained_to_its_end(make_outcome: Make) -> None:
    trials = tuple(replace(one, status="failed", value=None, reason=None) for one in make_outcome(3).trials)
    text = printed(make_outcome(trials=trials))
    assert "there is no best configuration" in text and "The best" not in text and "no reason known" in text


def test_a_constraint_that_none_satisfies_is_said(make_outcome: Make) -> None:
    trials = tuple(replace(one, violated=("latency_ms <= 5",)) for one in make_outcome(2).trials)
    assert "! No configuration satisfies every constraint" in printed(make_outcome(trials=trials))
