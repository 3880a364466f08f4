from collections.abc import Callable

import pytest

from dlcli.search import SweepOutcome, Trial
from dlcli.sweeps.report.savings import Savings, savings

MakeTrial = Callable[..., Trial]


def test_missing_epochs_times_what_the_trials_own_epochs_took(make_trial: MakeTrial) -> None:
    trials = [
        make_trial(0, {}, 0.1),
        make_trial(1, {}, 0.2, status="pruned", history=(0.3, 0.2), seconds=1.0, epochs=10),
        make_trial(2, {}, 0.2, status="pruned", history=(0.3, 0.2, 0.2, 0.2), seconds=1.0, epochs=10),
    ]
    assert savings(trials) == Savings(2, 14, pytest.approx(8 * 0.5 + 6 * 0.25))


def test_nothing_was_pruned(make_outcome: Callable[..., SweepOutcome], make_trial: MakeTrial) -> None:
    assert savings(make_outcome(2).trials) == Savings(0, 0, 0.0)
    assert savings([make_trial(0, {}, 0.2, status="pruned", history=(), epochs=None)]) == Savings(1, 0, 0.0)
