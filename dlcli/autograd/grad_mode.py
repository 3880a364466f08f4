"""Switch for recording operations for the backward pass, per thread or task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_recording: ContextVar[bool] = ContextVar("recording", default=True)

is_recording = _recording.get


@contextmanager
def no_grad() -> Iterator[None]:
    """Disable recording inside the `with` block: results require no gradient and keep no references to their inputs."""
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)
