"""Shares as percentages in remarks."""

from __future__ import annotations


def percentage(share: float) -> str:
    """A share in percent, to two digits that count; what rounds to all or nothing and is not says so.

    >>> [percentage(share) for share in (0, 1e-9, 0.0123, 0.5, 0.996, 0.99999, 1)]
    ['0 %', 'under 0.001 %', '1.2 %', '50 %', '99.6 %', 'over 99.9 %', '100 %']
    """
    percent = 100 * share
    if 0 < percent < 0.001:
        return "under 0.001 %"
    if 99.95 <= percent < 100:
        return "over 99.9 %"
    return f"{percent:.3g} %" if percent >= 99 else f"{percent:.2g} %"
