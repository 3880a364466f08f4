"""Handling of Ctrl-C, SIGTERM and SIGHUP as requests to stop after the current step."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

#: signals that stop training once it has saved a checkpoint
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequest:
    """Request to stop training, made by the first signal that is received."""

    def __init__(self) -> None:
        self.signal_number: int | None = None

    def receive(self, signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG002 (required of a signal handler)
        """Record the first signal; a Ctrl-C after it stops training at once.

        Raises:
            KeyboardInterrupt: SIGINT was received after a stop had been requested.
        """
        # The handler only records the signal. It may run in the middle of a step, a write or an allocation, where it is
        # not safe to do more.
        if self.signal_number is not None and signal_number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.signal_number is None:
            self.signal_number = signal_number

    @property
    def is_requested(self) -> bool:
        return self.signal_number is not None

    @property
    def name(self) -> str:
        """Name of the signal, such as `SIGINT`."""
        return signal.Signals(self.signal_number or 0).name


@contextlib.contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Turn signals into a request to stop training while the block runs.

    Outside the main thread, where Python delivers no signals, a stop is never requested. A SIGHUP that is ignored, as
    under nohup, stays ignored.
    """
    request = StopRequest()
    with handle_signals(STOPPING, request.receive):
        yield request


@contextlib.contextmanager
def handle_signals(
    signals: Iterable[signal.Signals], handler: Callable[[int, FrameType | None], object]
) -> Iterator[None]:
    """Handle signals while the block runs; a SIGHUP that is ignored stays ignored. No effect outside the main thread.

    Args:
        signals: Signals to handle.
        handler: Function that is called with the number of the signal and the interrupted frame.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # nohup starts a process with SIGHUP ignored, so that it outlives its terminal
    ignored = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else set()
    previous_handlers = {number: signal.signal(number, handler) for number in signals if number not in ignored}
    try:
        yield
    finally:
        for number, previous_handler in previous_handlers.items():
            signal.signal(number, previous_handler)
