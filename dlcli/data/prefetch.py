"""Batches made ahead of the steps that want them, on a thread of their own."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from dlcli.data.batch_loader import BatchLoader
from dlcli.data.batches import Batch

#: batches that are made ahead: one hides the time they take, more even out hiccups
AHEAD = 3

Position = tuple[int, int]


class Prefetcher:
    """Gives a loader's batches, and has made those that follow by the time they are wanted.

    A batch is a function of its place alone, so the thread changes nothing but the time; after a jump, such as a
    resumed run makes, what was made ahead is dropped. An error of a batch is raised when that batch is asked for.
    Within a `with` statement; leaving it ends the thread.

    Args:
        loader: makes the batches; those that are mere copies are made when they are asked for, on no thread.
        epochs: no batch of a later epoch is made ahead.
    """

    def __init__(self, loader: BatchLoader, *, epochs: int) -> None:
        self.loader = loader
        self.epochs = epochs
        self._thread: ThreadPoolExecutor | None = None
        self._made: deque[tuple[Position, Future[Batch]]] = deque()

    def __enter__(self) -> Self:
        if self.loader.takes_time:
            self._thread = ThreadPoolExecutor(1, "batches")
        return self

    def __exit__(self, *exception: object) -> None:
        self._made.clear()
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)
            self._thread = None

    def batch(self, epoch: int, index: int) -> Batch:
        """One batch of one epoch, both counted from 0."""
        # Copies are so fast that handing them to another thread costs more than it saves.
        if self._thread is None:
            return self.loader.batch(epoch, index)
        # A jump: the start, a resumed run, or the pass over the training set that estimates batch statistics. What was
        # made is for other places; nothing is lost, as every batch can be made again.
        if not self._made or self._made[0][0] != (epoch, index):
            self._drop()
            self._make(self._thread, (epoch, index))
        # The queue is filled up again before waiting for the wanted batch, so that the thread never runs out of work.
        _, wanted = self._made.popleft()
        # Beyond the end of an epoch the first batches of the next one are made, while this one is being evaluated.
        position = self._made[-1][0] if self._made else (epoch, index)
        while len(self._made) < AHEAD and (position := self._after(position))[0] < self.epochs:
            self._make(self._thread, position)
        return wanted.result()

    def _make(self, thread: ThreadPoolExecutor, position: Position) -> None:
        # the order of an epoch is looked up here: two threads would each drop the epoch that the other needs
        examples = self.loader.order.indices(*position)
        self._made.append((position, thread.submit(self.loader.load, *position, examples)))

    def _drop(self) -> None:
        for _, future in self._made:
            future.cancel()
        self._made.clear()

    def _after(self, position: Position) -> Position:
        epoch, index = position
        return (epoch, index + 1) if index + 1 < len(self.loader.order) else (epoch + 1, 0)
