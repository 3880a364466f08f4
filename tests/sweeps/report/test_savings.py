"""Savings by pruning."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.search import SweepOutcome, Trial
from dlcli.sweeps.report.savings import Savings, compute_savings

MakeTrial = Callable[..., Trial]


def test_savings_are_missing_epochs_times_mean_time(make_trial: MakeTrial) -> None:
    trials = [
        make_trial(0, {}, 0.1),
        make_trial(1, {}, 0.2, status="pruned", history=(0.3, 0.2), seconds=1.0, epochs=10),
        make_trial(2, {}, 0.2, status="pruned", history=(0.3, 0.2, 0.2, 0.2), seconds=1.0, epochs=10),
    ]
    assert compute_savings(trials) == Savings(2, 14, pytest.approx(8 * 0.5 + 6 * 0.25))


def test_savings_without_pruned_trials(make_outcome: Callable[..., SweepOutcome], make_trial: MakeTrial) -> None:
    assert compute_savings(make_outcome(2).trials) == Savings(0, 0, 0.0)
    assert compute_savings([make_trial(0, {}, 0.2, status="pruned", history=(), epochs=None)]) == Savings(1, 0, 0.0)
