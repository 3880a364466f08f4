"""Ctrl-C and SIGTERM as a request to stop at the next step boundary."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class StopRequest:
    """Which signal has asked training to stop, if any."""

    def __init__(self) -> None:
        self.signal_number: int | None = None

    def receive(self, signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG002 (the signal handler's form)
        """Note the first signal; a second Ctrl-C does not wait for the step boundary.

        Raises:
            KeyboardInterrupt: SIGINT came when a stop was already requested.
        """
        if self.signal_number is not None and signal_number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.signal_number is None:
            self.signal_number = signal_number

    @property
    def name(self) -> str:
        """Such as `SIGINT`."""
        return signal.Signals(self.signal_number or 0).name


@contextlib.contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Collect SIGINT and SIGTERM while the block runs; outside the main thread, where Python hands out no signals,
    nothing is ever requested."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.signal(number, request.receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
