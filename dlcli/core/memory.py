"""Whether an array fits into memory, asked before it is made: the system may end a process that asks too late."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from dlcli.core.formatting import byte_size

_MEMORY_FILE = Path("/proc/meminfo")
#: elements that an array can be asked for at all
_MAX_ELEMENTS = sys.maxsize // 16
#: below this many bytes the system is not asked
_SMALL = 64 << 20


class OutOfMemoryError(MemoryError):
    """More memory was asked for than there is; the message says how much, and what for."""


def check_array(shape: Sequence[int], *, itemsize: int = 4, copies: int = 1) -> None:
    """Refuse an array that cannot be made.

    Args:
        shape: of the array.
        itemsize: bytes of an element.
        copies: arrays of this size that are needed at the same time.

    Raises:
        OutOfMemoryError: it has more elements than an array can have, or takes more memory than is available.
    """
    size = math.prod(shape) * itemsize * copies
    if size <= _SMALL:
        return
    available = available_memory()
    if size > (_MAX_ELEMENTS if available is None else available):
        limit = "" if available is None else f"; {byte_size(available)} of memory are available"
        raise OutOfMemoryError(f"{_shape_text(shape)} elements take {byte_size(size)}{limit}")


def available_memory() -> int | None:
    """Bytes that this process can still get without memory being taken from others; None where that is not known."""
    found = [limit for limit in (_free_memory(), _limit_of_process()) if limit is not None]
    return min(found, default=None)


def _free_memory() -> int | None:
    """Free memory and swap space of a Linux system."""
    with contextlib.suppress(OSError, ValueError):
        entries = (line.split() for line in _MEMORY_FILE.read_text(encoding="ascii").splitlines())
        return sum(1024 * int(entry[1]) for entry in entries if entry[0] in ("MemAvailable:", "SwapFree:"))
    return None


def _limit_of_process() -> int | None:
    """The limit of `ulimit -v`, where there is one."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        return None if limit == resource.RLIM_INFINITY else limit
    return None


def _shape_text(shape: Sequence[int]) -> str:
    return " × ".join(f"{length:,}" if length < 10**15 else f"{float(min(length, 10**300)):.3g}" for length in shape)


@contextlib.contextmanager
def naming(what: str) -> Iterator[None]:
    """Say in the message of a `MemoryError` what was made.

    Raises:
        OutOfMemoryError: the block raised a `MemoryError`.
    """
    try:
        yield
    except MemoryError as error:
        reason = str(error) or "the system has no more memory"
        raise OutOfMemoryError(f"{what}: {reason[:1].lower()}{reason[1:]}") from error
