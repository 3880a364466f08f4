from __future__ import annotations

import numpy as np
import pytest

from dlcli.nn import Arena, Parameter
from dlcli.optim import WeightAverage


def textbook_average(values: list[float], decay: float) -> float:
    """`v = β v + (1 − β) x` from 0, divided by `1 − β^t`."""
    average = 0.0
    for value in values:
        average = decay * average + (1 - decay) * value
    return average / (1 - decay ** len(values))


@pytest.fixture
def arena() -> Arena:
    return Arena({"weight": Parameter(np.array([1.0, 2.0]))})


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9, 0.98])
def test_average_of_weights_is_swapped_in_and_out(arena: Arena, decay: float) -> None:
    average = WeightAverage(decay)
    for value in (10.0, 20.0, 40.0):
        arena.data[:] = [value, -value]
        average.update(arena)
    expected = textbook_average([10.0, 20.0, 40.0], decay)
    with average.applied(arena):
        assert arena.data == pytest.approx([expected, -expected])
    assert np.array_equal(arena.data, [40, -40])


def test_last_weights_are_restored_after_an_error(arena: Arena) -> None:
    average = WeightAverage(0.9)
    average.update(arena)
    arena.data[:] = 7
    with pytest.raises(RuntimeError), average.applied(arena):
        raise RuntimeError
    assert np.array_equal(arena.data, [7, 7])


def test_an_average_without_a_step_keeps_the_weights(arena: Arena) -> None:
    with WeightAverage(0.9).applied(arena):
        assert np.array_equal(arena.data, [1, 2])


def test_restored_average_continues_with_the_same_bits(arena: Arena) -> None:
    first, second = WeightAverage(0.99), WeightAverage(0.99)
    second.load_state(first.state())  # before the first step
    for _ in range(3):
        arena.data *= 1.1
        first.update(arena)
    state = first.state()
    second.load_state(state)
    for average in (first, second):
        average.update(arena)
    assert np.array_equal(first.total, second.total)
    assert first.weight == second.weight
    assert not np.array_equal(first.total, state["total"])
