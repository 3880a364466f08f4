"""Advice after a sweep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dlcli.search import LogUniform, Parameter, Space, SweepOutcome, Trial, Uniform
from dlcli.sweeps.report.advice_rules import SweepAdvice, sweep_advice
from dlcli.sweeps.report.confidence import estimate_confidence
from dlcli.sweeps.report.plot_points import points

Make = Callable[..., SweepOutcome]
SPACE = Space([Parameter("optimizer.learning_rate", LogUniform(low=1e-4, high=1e-1))])


def advice(outcome: SweepOutcome) -> list[SweepAdvice]:
    return sweep_advice(outcome, points(outcome), estimate_confidence(outcome))


def test_widen_range_at_boundary_optimum(make_outcome: Make, make_trial: Callable[..., Trial]) -> None:
    trials = tuple(
        make_trial(number, {"optimizer.learning_rate": 10 ** (-4 + 3 * number / 39)}, 0.5 - 0.01 * number)
        for number in range(40)
    )
    first = advice(make_outcome(trials=trials, space=SPACE, importances=()))[0]
    assert "optimizer.learning_rate beyond 0.1" in first.action
    assert "8 of the best 8" in first.why


def test_try_zero_at_lower_bound(make_outcome: Make, make_trial: Callable[..., Trial]) -> None:
    space = Space([Parameter("regularization.dropout", Uniform(low=0, high=0.5))])
    trials = tuple(make_trial(k, {"regularization.dropout": (k + 0.5) / 80}, 0.1 + 0.01 * k) for k in range(40))
    first = advice(make_outcome(trials=trials, space=space, importances=()))[0]
    assert "regularization.dropout at 0" in first.action


def test_end_range_below_diverged_values(make_outcome: Make, make_trial: Callable[..., Trial]) -> None:
    rates = [1e-3, 2e-3, 3e-3, 0.03, 0.05, 0.08]
    trials = tuple(
        make_trial(number, {"optimizer.learning_rate": rate}, 0.1)
        if rate < 0.01
        else make_trial(number, {"optimizer.learning_rate": rate}, 0.1, status="diverged")
        for number, rate in enumerate(rates)
    )
    trials = tuple(replace(trial, value=None) if trial.status == "diverged" else trial for trial in trials)
    first = advice(make_outcome(trials=trials, space=SPACE, importances=()))[0]
    assert "optimizer.learning_rate below 0.03" in first.action


def test_failures_have_most_common_reason(outcome: SweepOutcome) -> None:
    step = next(piece for piece in advice(outcome) if piece.line and "retry-failed" in piece.line)
    assert step.why.startswith("3 trials") and step.why.endswith("hidden_units' | 512 MiB")
    assert step.line and step.line.split() == ["dlcli", "sweep", "retry-failed", outcome.id]


def test_resume_unfinished_sweep(make_outcome: Make) -> None:
    first, second = make_outcome(2).trials
    trials = (first, replace(second, status="interrupted", value=None))
    first_step = advice(make_outcome(trials=trials))[0]
    assert first_step.why.startswith("1 trial ")
    assert first_step.line == "dlcli sweep resume 20261122T101500Z-digits-search-3fa2c1"


def test_train_best_with_several_seeds(make_outcome: Make) -> None:
    assert advice(make_outcome(2))[-1].line == "final: {seeds: 3}"


def test_more_seeds_for_rivals_and_omission_of_negligible_parameters(outcome: SweepOutcome) -> None:
    seeds, omission = advice(outcome)[-2:]
    assert seeds.line == "execution: {seeds: 3}"
    assert omission.action.split(": ")[-1].split(", ") == ["regularization.dropout", "optimizer.beta1"]


def test_more_stages_if_last_gain_exceeds_noise(staged: SweepOutcome) -> None:
    assert any("more stages" in step.action for step in advice(staged))
