"""Numbers, shares, durations, counts, sizes and lists as text, the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Text of a missing value.
MISSING = "–"
#: Numbers from 1 to this are written without an exponent.
_LARGEST_PLAIN = 1e6
#: Between this and 1, the distance to 1 decides how many digits are written.
_NEAR_ONE = 0.99
#: Number of further decimals that a share near 0 or 1 may take.
_FURTHER = 4
_SIZE_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_TIME_UNITS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))


def number(value: float | None, digits: int = 4) -> str:
    """Format a number with its significant digits: `0.9712`, `12`, `54322`, `1e-5`, and `0.99995`, which is not 1.

    Args:
        value: Number to format; None for a missing value.
        digits: Number of significant digits; a number from 1 to a million has all digits before the decimal point.
    """
    if value is None:
        return MISSING
    if value == 0 or not math.isfinite(value):
        return f"{value + 0.0:g}"  # −0 becomes 0
    if _NEAR_ONE < value < 1:
        return f"{value:.{1 - math.floor(math.log10(1 - value))}f}".rstrip("0")
    if 1 <= abs(value) < _LARGEST_PLAIN:
        return without_zeros(f"{value:.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}")
    mantissa, e, exponent = f"{value:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def without_zeros(text: str) -> str:
    """Remove the trailing zeros of a number's decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(text: str) -> str:
    """Add a plus or a true minus sign to the text of a number; zero and NaN have neither."""
    if text == "nan" or not text.strip("-0."):
        return text.lstrip("-")
    return true_minus(text) if text.startswith("-") else f"+{text}"


def true_minus(text: str) -> str:
    """Replace the hyphen before a number by a true minus sign, as on the axes of figures."""
    return f"−{text[1:]}" if text.startswith("-") else text


def percent(share: float, decimals: int = 0) -> str:
    """Format a share in percent, without the sign: `99.6`, not `100`, for 0.996; `>99.9999` for a share closer to 1.

    Args:
        share: Number from 0 to 1; numbers outside of it are not treated specially.
        decimals: Minimum number of digits after the decimal point.
    """
    text = f"{100 * share:.{decimals}f}"
    if not 0 < share < 1 or float(text) not in (0, 100):
        return text if float(text) else text.lstrip("-")
    for further in range(decimals + 1, decimals + _FURTHER + 1):
        text = f"{100 * share:.{further}f}"
        if float(text) not in (0, 100):
            return text
    step = 10.0**-further
    return f"<{step:.{further}f}" if share < 0.5 else f">{100 - step:.{further}f}"


def percent_interval(low: float, high: float, decimals: int = 0) -> str:
    """Format the two bounds of an interval in percent: `38 … 66 %`."""
    return f"{percent(low, decimals)} … {percent(high, decimals)} %"


def duration(seconds: float) -> str:
    """Format a time span in its two largest units: `0.4 s`, `1 min 15 s`, `2 h`, `2 d 7 h`."""
    if not math.isfinite(seconds):
        return MISSING
    seconds = max(seconds, 0.0)
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s" if round(seconds, 1) else f"{number(seconds, 1)} s"
    whole = round(seconds)
    size, unit, smaller_size, smaller = next(units for units in _TIME_UNITS if whole >= units[0])
    rest = whole % size // smaller_size
    return f"{whole // size} {unit}" + (f" {rest} {smaller}" if rest else "")


def count(quantity: int, noun: str, plural: str | None = None) -> str:
    """Format a quantity with its noun: `1 trial`, `1,200 trials`, `0 entries`.

    Args:
        quantity: Number of things.
        noun: Singular of the noun.
        plural: Plural of the noun; None to append an s.
    """
    return f"{quantity:,} {noun if quantity == 1 else plural or f'{noun}s'}"


def byte_size(size: int) -> str:
    """Format a number of bytes in binary units: `1.5 GiB`."""
    power = min(max(size.bit_length() - 1, 0) // 10, len(_SIZE_UNITS) - 1)
    value = size / 1024**power if size < 10**300 else math.inf
    unit = "byte" if size == 1 else _SIZE_UNITS[power]
    return f"{number(value, 3)} {unit}"


def listing(items: Sequence[str], conjunction: str = "and") -> str:
    """Join items as in a sentence: `a`, `a and b`, `a, b and c`; empty for no items."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"
