from collections.abc import Callable
from dataclasses import replace

from dlcli.search import LogUniform, Parameter, Space, SweepOutcome, Trial, Uniform
from dlcli.sweeps.report.advice_rules import SweepAdvice, sweep_advice
from dlcli.sweeps.report.confidence import confidence
from dlcli.sweeps.report.plot_points import points

Make = Callable[..., SweepOutcome]
SPACE = Space([Parameter("optimizer.learning_rate", LogUniform(low=1e-4, high=1e-1))])


def advice(outcome: SweepOutcome) -> list[SweepAdvice]:
    return sweep_advice(outcome, points(outcome), confidence(outcome))


def test_widen_the_range_that_the_best_crowd(make_outcome: Make, make_trial: Callable[..., Trial]) -> None:
    trials = tuple(
        make_trial(number, {"optimizer.learning_rate": 10 ** (-4 + 3 * number / 39)}, 0.5 - 0.01 * number)
        for number in range(40)
    )
    first = advice(make_outcome(trials=trials, space=SPACE, importances=()))[0]
    assert first.action == "Widen the range of optimizer.learning_rate beyond 0.1"
    assert "8 of the best 8 configurations lie at the upper end" in first.why


def test_near_zero_there_is_nothing_to_widen(make_outcome: Make, make_trial: Callable[..., Trial]) -> None:
    space = Space([Parameter("regularization.dropout", Uniform(low=0, high=0.5))])
    trials = tuple(make_trial(k, {"regularization.dropout": (k + 0.5) / 80}, 0.1 + 0.01 * k) for k in range(40))
    first = advice(make_outcome(trials=trials, space=space, importances=()))[0]
    assert first.action == "Try regularization.dropout at 0"


def test_end_the_range_below_what_diverges(make_outcome: Make, make_trial: Callable[..., Trial]) -> None:
    rates = [1e-3, 2e-3, 3e-3, 0.03, 0.05, 0.08]
    trials = tuple(
        make_trial(number, {"optimizer.learning_rate": rate}, 0.1)
        if rate < 0.01
        else make_trial(number, {"optimizer.learning_rate": rate}, 0.1, status="diverged")
        for number, rate in enumerate(rates)
    )
    trials = tuple(replace(trial, value=None) if trial.status == "diverged" else trial for trial in trials)
    first = advice(make_outcome(trials=trials, space=SPACE, importances=()))[0]
    assert first.action == "End the range of optimizer.learning_rate below 0.03"


def test_a_failure_is_told_with_its_commonest_reason(outcome: SweepOutcome) -> None:
    found = next(piece for piece in advice(outcome) if piece.line and "retry-failed" in piece.line)
    assert found.why == "3 trials failed or were killed, each time with: no memory for 'model.hidden_units' | 512 MiB"
    assert found.line == f"dlcli sweep retry-failed {outcome.id}"


def test_a_sweep_that_is_not_over_goes_on(make_outcome: Make) -> None:
    first, second = make_outcome(2).trials
    trials = (first, replace(second, status="interrupted", value=None))
    (going_on, *_) = advice(make_outcome(trials=trials))
    assert (going_on.why, going_on.line) == (
        "1 trial is still to be trained.",
        "dlcli sweep resume 20261122T101500Z-digits-search-3fa2c1",
    )


def test_repeat_where_nothing_was(make_outcome: Make) -> None:
    assert advice(make_outcome(2))[-1].line == "final: {seeds: 3}"


def test_rivals_want_more_seeds_and_what_hardly_matters_is_left_out(outcome: SweepOutcome) -> None:
    seeds, least = advice(outcome)[-2:]
    assert seeds.line == "execution: {seeds: 3}"
    assert least.action == "Leave out of the next search: regularization.dropout, optimizer.beta1"


def test_a_last_stage_that_gained_more_than_the_noise(staged: SweepOutcome) -> None:
    assert any(piece.action == "Allow more stages, or more trials" for piece in advice(staged))
