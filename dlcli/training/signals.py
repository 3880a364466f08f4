"""Ctrl-C, SIGTERM and SIGHUP as a request to stop at the next step boundary."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

#: what ends training after a checkpoint
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequest:
    """Which signal has asked training to stop, if any."""

    def __init__(self) -> None:
        self.signal_number: int | None = None

    def receive(self, signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG002 (the signal handler's form)
        """Note the first signal; a second Ctrl-C does not wait for the step boundary.

        Raises:
            KeyboardInterrupt: SIGINT came when a stop was already requested.
        """
        # The handler only takes a note. Whatever it did itself could happen in the middle of anything: half a step, a
        # write, an allocation.
        if self.signal_number is not None and signal_number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.signal_number is None:
            self.signal_number = signal_number

    @property
    def is_requested(self) -> bool:
        return self.signal_number is not None

    @property
    def name(self) -> str:
        """Such as `SIGINT`."""
        return signal.Signals(self.signal_number or 0).name


@contextlib.contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Collect the signals that ask training to stop while the block runs.

    Outside the main thread, where Python delivers no signals, nothing is ever requested. A SIGHUP that is ignored, as
    under nohup, stays so.
    """
    request = StopRequest()
    with handled(STOPPING, request.receive):
        yield request


@contextlib.contextmanager
def handled(numbers: Iterable[signal.Signals], handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Handle signals while the block runs; a SIGHUP that is ignored stays so. Without effect outside the main thread.

    Args:
        numbers: Signals.
        handler: Function that gets the number of the signal and the frame that it came in.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # nohup starts a process with SIGHUP ignored, and means it
    kept = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else set()
    before = {number: signal.signal(number, handler) for number in numbers if number not in kept}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
