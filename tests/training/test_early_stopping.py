from __future__ import annotations

import pytest

from dlcli.core import Direction
from dlcli.settings import EarlyStoppingSettings
from dlcli.training import EarlyStopping


def epochs_until_stop(stopping: EarlyStopping, values: list[float]) -> int | None:
    for epoch, value in enumerate(values, start=1):
        stopping.update(value)
        if stopping.should_stop:
            return epoch
    return None


@pytest.mark.parametrize(
    ("values", "epoch"),
    [
        ([0.5, 0.4, 0.4, 0.45, 0.3], 4),  # epochs 3 and 4 do not improve on the 0.4 of epoch 2
        ([0.5, 0.4, 0.45, 0.3, 0.2], None),
        ([0.5, 0.5, 0.5], 3),
    ],
)
def test_training_stops_after_patience_epochs_without_improvement(values: list[float], epoch: int | None) -> None:
    stopping = EarlyStopping(EarlyStoppingSettings(patience=2), metric="dev/error", direction=Direction.MINIMIZE)
    assert epochs_until_stop(stopping, values) == epoch


def test_a_metric_can_be_maximized() -> None:
    stopping = EarlyStopping(EarlyStoppingSettings(patience=2), metric="dev/accuracy", direction=Direction.MAXIMIZE)
    assert epochs_until_stop(stopping, [0.5, 0.6, 0.7, 0.6, 0.5]) == 5


def test_improvements_below_min_delta_do_not_count_and_do_not_change_the_best_value() -> None:
    settings = EarlyStoppingSettings(patience=2, min_delta=0.1)
    stopping = EarlyStopping(settings, metric="dev/error", direction=Direction.MINIMIZE)
    assert epochs_until_stop(stopping, [0.5, 0.45, 0.41]) == 3
    creeping = EarlyStopping(settings, metric="dev/error", direction=Direction.MINIMIZE)
    assert epochs_until_stop(creeping, [0.5, 0.45, 0.39, 0.35]) is None  # 0.39 is 0.11 below the best value, 0.5


def test_the_state_can_be_restored() -> None:
    first = EarlyStopping(EarlyStoppingSettings(patience=3), metric="dev/error", direction=Direction.MINIMIZE)
    for value in (0.5, 0.6, 0.7):
        first.update(value)
    second = EarlyStopping(EarlyStoppingSettings(patience=3), metric="dev/error", direction=Direction.MINIMIZE)
    second.restore(first.state())
    assert not second.should_stop
    second.update(0.5)
    assert second.should_stop


def test_nan_is_not_an_improvement_and_is_replaced_by_a_number() -> None:
    stopping = EarlyStopping(EarlyStoppingSettings(patience=3), metric="dev/error", direction=Direction.MINIMIZE)
    for value in (float("nan"), float("nan"), 0.5):
        stopping.update(value)
    assert (stopping.best, stopping.epochs_without_improvement) == (0.5, 0)
