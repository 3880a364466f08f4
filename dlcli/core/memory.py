"""Checks whether an array fits into memory before the system kills a process that asks for too much."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from dlcli.core.formatting import byte_size

_MEMORY_FILE = Path("/proc/meminfo")
#: Maximum number of bytes that any system can provide.
_MAX_SIZE = sys.maxsize // 16
#: Number of bytes up to which the available memory is not checked.
_SMALL = 64 << 20


class OutOfMemoryError(MemoryError):
    """A request for more memory than is available; the message says how much, and for what."""


def check_array(shape: Sequence[int], *, itemsize: int = 4, copies: int = 1) -> None:
    """Check that an array can be allocated.

    Args:
        shape: Shape of the array.
        itemsize: Number of bytes of an element.
        copies: Number of arrays of this size that are needed at the same time.

    Raises:
        OutOfMemoryError: The array is larger than an array can be, or takes more memory than is available.
    """
    size = math.prod(shape) * itemsize * copies
    if size <= _SMALL:
        return
    available = available_memory()
    if size > (_MAX_SIZE if available is None else available):
        limit = "" if available is None else f"; {byte_size(available)} of memory are available"
        raise OutOfMemoryError(f"{_format_shape(shape)} elements take {byte_size(size)}{limit}")


def available_memory() -> int | None:
    """Return the number of bytes that this process can still allocate; None where that is not known."""
    limits = [limit for limit in (_free_memory(), _process_limit()) if limit is not None]
    return min(limits, default=None)


def _free_memory() -> int | None:
    """Return the free memory and swap space of a Linux system in bytes; None on other systems."""
    with contextlib.suppress(OSError, ValueError):
        entries = (line.split() for line in _MEMORY_FILE.read_text(encoding="ascii").splitlines())
        return sum(1024 * int(entry[1]) for entry in entries if entry[0] in ("MemAvailable:", "SwapFree:"))
    return None


def _process_limit() -> int | None:
    """Return the limit that `ulimit -v` has set in bytes; None if there is none."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        return None if limit == resource.RLIM_INFINITY else limit
    return None


def _format_shape(shape: Sequence[int]) -> str:
    return " × ".join(f"{length:,}" if length < 10**15 else f"{float(min(length, 10**300)):.3g}" for length in shape)


@contextlib.contextmanager
def naming(activity: str) -> Iterator[None]:
    """Prefix the message of a `MemoryError` with the activity that needed the memory.

    Args:
        activity: Activity of the block, such as "reading the data".

    Raises:
        OutOfMemoryError: The block raised a `MemoryError`.
    """
    try:
        yield
    except MemoryError as error:
        reason = str(error) or "the system has no more memory"
        raise OutOfMemoryError(f"{activity}: {reason[:1].lower()}{reason[1:]}") from error
