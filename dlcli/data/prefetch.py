"""Prefetch batches in a separate thread."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from dlcli.data.batch_loader import BatchLoader
from dlcli.data.batches import Batch

#: number of batches to prefetch: one hides the loading time, more smooth out variations
AHEAD = 3

Position = tuple[int, int]


class Prefetcher:
    """Returns a loader's batches and prefetches the following ones.

    A batch depends only on its position, so prefetching changes only the time. After a jump, such as that of a resumed
    run, the prefetched batches are dropped. An error of a batch is raised when that batch is requested. A context
    manager, which stops the thread on exit.

    Args:
        loader: Loader of the batches; if it only copies rows, nothing is prefetched.
        epochs: Number of epochs; batches of later epochs are not prefetched.
    """

    def __init__(self, loader: BatchLoader, *, epochs: int) -> None:
        self.loader = loader
        self.epochs = epochs
        self._thread: ThreadPoolExecutor | None = None
        self._queue: deque[tuple[Position, Future[Batch]]] = deque()

    def __enter__(self) -> Self:
        if self.loader.is_expensive:
            self._thread = ThreadPoolExecutor(1, "batches")
        return self

    def __exit__(self, *exception: object) -> None:
        self._queue.clear()
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)
            self._thread = None

    def batch(self, epoch: int, index: int) -> Batch:
        """Return a batch of an epoch, both counted from 0."""
        # Copying is so fast that another thread would cost more than it saves.
        if self._thread is None:
            return self.loader.batch(epoch, index)
        # A jump: the start, a resumed run, or the pass over the training set that estimates batch statistics. The
        # prefetched batches are for other positions and can be loaded again later.
        if not self._queue or self._queue[0][0] != (epoch, index):
            self._drop()
            self._submit(self._thread, (epoch, index))
        # The queue is refilled before waiting for the requested batch, so that the thread never runs out of work.
        _, requested = self._queue.popleft()
        # At the end of an epoch the first batches of the next one are prefetched during the evaluation.
        position = self._queue[-1][0] if self._queue else (epoch, index)
        while len(self._queue) < AHEAD and (position := self._next(position))[0] < self.epochs:
            self._submit(self._thread, position)
        return requested.result()

    def _submit(self, thread: ThreadPoolExecutor, position: Position) -> None:
        # The order caches one epoch: looked up from two threads, each would evict the epoch that the other needs.
        examples = self.loader.order.indices(*position)
        self._queue.append((position, thread.submit(self.loader.load, *position, examples)))

    def _drop(self) -> None:
        for _, future in self._queue:
            future.cancel()
        self._queue.clear()

    def _next(self, position: Position) -> Position:
        epoch, index = position
        return (epoch, index + 1) if index + 1 < len(self.loader.order) else (epoch + 1, 0)
