"""Numbers, durations and ages as people read them."""

from __future__ import annotations

from datetime import UTC, datetime


def number(value: float | None) -> str:
    """Four significant digits; a dash for what is not there.

    >>> [number(0.97123), number(12), number(1.23456e-8), number(None)]
    ['0.9712', '12', '1.235e-08', '–']
    """
    return "–" if value is None else f"{value:.4g}"


def duration(seconds: float) -> str:
    """
    >>> [duration(0.42), duration(75), duration(7_380), duration(200_000)]
    ['0.4 s', '1 min 15 s', '2 h 3 min', '2 d 7 h']
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, smaller_size, smaller in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // smaller_size} {smaller}"
    return f"{whole} s"


def age(started: str | None) -> str:
    """How long ago an ISO 8601 time was, in its largest unit."""
    if started is None:
        return "–"
    seconds = (datetime.now(UTC) - datetime.fromisoformat(started)).total_seconds()
    return " ".join(duration(max(seconds, 0.0)).split()[:2])
