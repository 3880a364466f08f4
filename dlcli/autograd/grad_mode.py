"""Switch that enables or disables gradient computation, separately for each thread or asyncio task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_recording: ContextVar[bool] = ContextVar("recording", default=True)

is_recording = _recording.get


@contextmanager
def no_grad() -> Iterator[None]:
    """Disable gradient computation within the block: results require no gradient and do not refer to their inputs."""
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)
