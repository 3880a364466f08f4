from __future__ import annotations

import numpy as np
import pytest

from dlcli.nn import Arena, Parameter
from dlcli.optim import Adam, AdamW


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_first_step_is_the_learning_rate_whatever_the_scale_of_the_gradient(scale: float) -> None:
    arena, optimizer = Arena({"weight": Parameter(np.zeros(3))}), Adam(epsilon=1e-20)
    optimizer.setup(arena)
    arena.grad[:] = scale * np.array([1, -2, 5])
    optimizer.step(arena, 0.1)
    assert arena.data == pytest.approx([-0.1, 0.1, -0.1])


def test_decays_of_optimizer_and_regularization_add_up() -> None:
    arena, optimizer = Arena({"weight": Parameter(np.ones(1))}), AdamW(weight_decay=0.2)
    optimizer.setup(arena)
    optimizer.step(arena, 0.5, 0.4)
    assert arena.data == pytest.approx([1 - 0.5 * 0.6])
