"""The section `training.gradient_clipping`: limits of the gradients of a step."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.core import PositiveFloat


@dataclass(frozen=True, kw_only=True)
class GradientClipping:
    """Limits of the gradients of a step.

    Args:
        max_norm: Maximum L2 norm of the whole gradient, which is scaled down to it; null = no limit.
        max_value: Maximum absolute value of an element, which is clipped to it; null = no limit.
    """

    max_norm: PositiveFloat | None = None
    max_value: PositiveFloat | None = None
