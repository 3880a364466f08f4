"""The section `training.gradient_clipping`: bounds on the gradients of a step."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.core import PositiveFloat


@dataclass(frozen=True, kw_only=True)
class GradientClipping:
    """A bound on the gradients of a step.

    Args:
        max_norm: L2 norm that the whole gradient is scaled down to.
        max_value: largest absolute value of an element; what exceeds it is cut.
    """

    max_norm: PositiveFloat | None = None
    max_value: PositiveFloat | None = None
