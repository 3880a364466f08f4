"""Exploding gradients made harmless."""

from __future__ import annotations

import math

from dlcli import kernels
from dlcli.nn import Arena


def clip_by_norm(arena: Arena, max_norm: float) -> float:
    """Shorten the whole gradient to `max_norm` where it is longer, keeping its direction (Pascanu et al. 2013).

    A gradient that is not finite stays as it is.

    Returns:
        the norm before.
    """
    norm = arena.norm()
    if max_norm < norm < math.inf:
        kernels.scale_update(arena.grad, factor=max_norm / norm)
    return norm


def clip_by_value(arena: Arena, max_value: float) -> None:
    """Bring every element of the gradient into −max_value … max_value."""
    kernels.clip_update(arena.grad, limit=max_value)
