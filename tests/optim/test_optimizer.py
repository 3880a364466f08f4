from __future__ import annotations

import numpy as np
import pytest

from dlcli.nn import Arena, Parameter
from dlcli.optim import Adam, InverseTime, Momentum, Position


def test_learning_rate_follows_the_schedule() -> None:
    optimizer = Adam(learning_rate=0.2, schedule=InverseTime(decay_rate=1.0))
    assert optimizer.learning_rate_at(Position(0, 10, 100)) == 0.2
    assert optimizer.learning_rate_at(Position(10, 10, 100)) == 0.1
    assert Adam(learning_rate=0.2).learning_rate_at(Position(70, 10, 100)) == 0.2


def test_state_is_a_copy() -> None:
    arena, optimizer = Arena({"weight": Parameter(np.ones(2))}), Momentum()
    optimizer.setup(arena)
    state = optimizer.state()
    arena.grad[:] = 1
    optimizer.step(arena, 0.1)
    assert np.array_equal(state["velocity"], [0, 0])
    assert (int(state["steps"]), optimizer.steps) == (0, 1)


@pytest.mark.parametrize("other", [Momentum(), Adam()])
def test_state_of_another_optimizer_or_model_is_refused(other: Adam | Momentum) -> None:
    optimizer = Adam()
    optimizer.setup(Arena({"weight": Parameter(np.ones(2))}))
    other.setup(Arena({"weight": Parameter(np.ones(3))}))
    with pytest.raises(ValueError, match="does not fit"):
        optimizer.load_state(other.state())


def test_setup_resets_memory_and_steps() -> None:
    arena, optimizer = Arena({"weight": Parameter(np.ones(2))}), Adam()
    optimizer.setup(arena)
    arena.grad[:] = 1
    optimizer.step(arena, 0.1)
    optimizer.setup(arena)
    assert optimizer.steps == 0
    assert not optimizer.memory["second_moment"].any()
