"""Standard error as a stream that never fails: progress and remarks are worth less than the work they are about."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any, TextIO


class NotesStream:
    """Writes to another stream; when that cannot be written any more, what follows is dropped.

    A closed pipe, a full disk and a terminal that is gone all end here. Everything but writing is the other stream's.

    Args:
        stream: Text stream such as standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost: str | None = None  # why nothing is written any more

    def write(self, text: str) -> int:
        with self._dropping():
            if self.lost is None:
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._dropping():
            if self.lost is None:
                self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextlib.contextmanager
    def _dropping(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:  # a terminal that is slower than we are: it will take the next line
            pass
        except OSError as error:
            self.lost = (error.strerror or str(error)).lower()
            self._discard()
        except ValueError:  # closed by this process
            self.lost = "the stream is closed"

    def _discard(self) -> None:
        """Point the descriptor at nothing, so that what the stream still holds does not fail when it is flushed."""
        with contextlib.suppress(OSError, ValueError):  # a stream without a descriptor
            descriptor = self._stream.fileno()
            nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)
