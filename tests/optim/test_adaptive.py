from __future__ import annotations

import numpy as np

from dlcli.nn import Arena, Parameter
from dlcli.optim import RMSProp


def test_variance_of_a_constant_gradient_is_not_negative() -> None:
    """s − m² goes to 0 and rounding takes it below: its root must not be NaN."""
    arena, optimizer = Arena({"weight": Parameter(np.zeros(100, np.float32))}), RMSProp(beta=0.5, centered=True)
    optimizer.setup(arena)
    arena.grad[:] = np.linspace(0.1, 1, 100)
    for _ in range(100):
        optimizer.step(arena, 1e-9)
    assert np.isfinite(arena.data).all()
    assert np.all(arena.data < 0)
