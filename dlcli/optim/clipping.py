"""Exploding gradients made harmless."""

from __future__ import annotations

import math

import numpy as np

from dlcli.nn.arena import Arena


def clip_by_norm(arena: Arena, max_norm: float) -> float:
    """Shorten the whole gradient to `max_norm` where it is longer, keeping its direction (Pascanu et al. 2013).

    A gradient that is not finite stays as it is.

    Returns:
        the norm before.
    """
    norm = arena.norm()
    if max_norm < norm < math.inf:
        arena.grad[:] *= max_norm / norm
    return norm


def clip_by_value(arena: Arena, max_value: float) -> None:
    """Bring every element of the gradient into −max_value … max_value."""
    gradients = arena.grad
    np.clip(gradients, -max_value, max_value, out=gradients)
