"""The one process-wide switch: whether operations are recorded for the backward pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_recording: ContextVar[bool] = ContextVar("recording", default=True)

is_recording = _recording.get


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside, nothing is recorded: results need no gradient and hold no memory of where they came from."""
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)
