"""Age of a run as text."""

from __future__ import annotations

from datetime import UTC, datetime

from dlcli.core import formatting


def age(started: str | None) -> str:
    """Return the time since an ISO 8601 time in its largest unit; a dash for None."""
    if started is None:
        return formatting.MISSING
    seconds = (datetime.now(UTC) - datetime.fromisoformat(started)).total_seconds()
    return " ".join(formatting.duration(max(seconds, 0.0)).split()[:2])
