"""What the recurrent cells share: the order of the steps, and the states that each step starts from."""

from __future__ import annotations

import numpy as np


def time_order(length: int, reverse: bool) -> range:
    """The steps in the order in which they are computed."""
    return range(length - 1, -1, -1) if reverse else range(length)


def initial_or_zeros(initial: np.ndarray | None, batch: int, size: int, dtype: np.dtype) -> np.ndarray:
    """A state (N, H) to start from; zeros when none is given."""
    return np.zeros((batch, size), dtype) if initial is None else initial


def previous_states(states: np.ndarray, initial: np.ndarray | None, reverse: bool) -> np.ndarray:
    """The state that each step started from: (N, T, H) the states after each step, (N, H) -> (N, T, H)."""
    previous = np.empty_like(states)
    if states.shape[1] == 0:
        return previous
    first, rest, before = (-1, np.s_[:-1], np.s_[1:]) if reverse else (0, np.s_[1:], np.s_[:-1])
    previous[:, first] = 0 if initial is None else initial
    previous[:, rest] = states[:, before]
    return previous


def real_steps(mask: np.ndarray | None, step: int) -> np.ndarray | None:
    """Which sequences are still real at a step, (N, T) -> (N, 1); None when all are."""
    return None if mask is None else mask[:, step, None].astype(bool, copy=False)


def flat(sequence: np.ndarray) -> np.ndarray:
    """(N, T, D) -> (N T, D)."""
    return sequence.reshape(-1, sequence.shape[2])
