"""Shares as text: 0 and 1 are written for exactly these, so that one mistake in a thousand does not look like none."""

from __future__ import annotations

#: number of further decimals that a share near 0 or 1 may take
_FURTHER = 4


def percent(share: float, decimals: int = 0) -> str:
    """The share in percent, without the sign: `99.6` and not `100` for 0.996; `>99.9999` for what is closer to 1.

    Args:
        share: from 0 to 1; other numbers are written as they are.
        decimals: number of digits behind the point where these are enough.
    """
    return _text(share, 100, decimals)


def proportion(share: float, decimals: int = 3) -> str:
    """The share as a number from 0 to 1: `0.9996` and not `1.000` for 0.9996."""
    return _text(share, 1, decimals)


def _text(share: float, whole: int, decimals: int) -> str:
    text = f"{whole * share:.{decimals}f}"
    if not 0 < share < 1 or float(text) not in (0, whole):
        return text
    for count in range(decimals + 1, decimals + _FURTHER + 1):
        text = f"{whole * share:.{count}f}"
        if float(text) not in (0, whole):
            return text
    step = 10.0**-count
    return f"<{step:.{count}f}" if share < 0.5 else f">{whole - step:.{count}f}"
