"""Standard error as a stream that never fails: a command does not stop because its progress cannot be shown."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any, TextIO


class NotesStream:
    """Wrapper of a stream that discards all text after the first write error.

    Such errors are a closed pipe, a full disk and a closed terminal. All other attributes are those of the stream.

    Args:
        stream: Text stream, such as standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.failure: str | None = None  # reason why text is discarded; None while it can be written

    def write(self, text: str) -> int:
        with self._handle_errors():
            if self.failure is None:
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._handle_errors():
            if self.failure is None:
                self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextlib.contextmanager
    def _handle_errors(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:  # a slow terminal; the next write may succeed
            pass
        except OSError as error:
            self.failure = (error.strerror or str(error)).lower()
            self._discard()
        except ValueError:  # closed by this process
            self.failure = "the stream is closed"

    def _discard(self) -> None:
        """Connect the descriptor to the null device, so that flushing buffered text does not fail later."""
        with contextlib.suppress(OSError, ValueError):  # a stream without a descriptor
            descriptor = self._stream.fileno()
            null_device = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            os.dup2(null_device, descriptor)
            os.close(null_device)
