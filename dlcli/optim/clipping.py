"""Gradient clipping, against exploding gradients."""

from __future__ import annotations

import math

from dlcli import kernels
from dlcli.nn import Arena


def clip_by_norm(arena: Arena, max_norm: float) -> float:
    """Scale the whole gradient down to `max_norm` if its norm is larger, keeping its direction.

    Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063. A gradient that is not finite is not changed.

    Returns:
        Norm of the gradient before clipping.
    """
    norm = arena.norm()
    if max_norm < norm < math.inf:
        kernels.scale_update(arena.grad, factor=max_norm / norm)
    return norm


def clip_by_value(arena: Arena, max_value: float) -> None:
    """Clip every element of the gradient to [−max_value, max_value]."""
    kernels.clip_update(arena.grad, limit=max_value)
