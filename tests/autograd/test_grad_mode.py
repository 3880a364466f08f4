"""Disabling the recording of operations."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import dlcli.ops  # noqa: F401
from dlcli.autograd import Tensor, is_recording, no_grad


def test_nothing_is_recorded_inside() -> None:
    x = Tensor(np.ones(1), requires_grad=True)
    with no_grad():
        y = x * 2.0
    assert not y.requires_grad
    assert y.creator is None
    assert (x * 2.0).requires_grad


def test_nests_and_is_restored_after_errors() -> None:
    with no_grad():
        with no_grad():
            pass
        assert not is_recording()
    with pytest.raises(ValueError, match="inside"), no_grad():
        raise ValueError("inside")
    assert is_recording()


def test_another_thread_still_records() -> None:
    seen: list[bool] = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append(is_recording()))
        thread.start()
        thread.join()
    assert seen == [True]
