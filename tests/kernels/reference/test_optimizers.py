from __future__ import annotations

import numpy as np
import pytest

from dlcli import kernels
from dlcli.kernels.reference import optimizers

SIZE = 1001


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_block_size_does_not_change_a_bit(monkeypatch: pytest.MonkeyPatch, dtype: type) -> None:
    def after_three_steps() -> list[np.ndarray]:
        generator = np.random.default_rng(0)
        arrays = [generator.standard_normal(SIZE).astype(dtype) for _ in range(2)]
        moments = [np.zeros(SIZE, dtype), np.zeros(SIZE, dtype)]
        for step in (1, 2, 3):
            kernels.adam_update(*arrays, *moments, learning_rate=0.1, beta1=0.9, beta2=0.999, epsilon=1e-8, step=step)
        return [*arrays, *moments]

    in_one_block = after_three_steps()
    monkeypatch.setattr(optimizers, "BLOCK_BYTES", 256)
    in_many_blocks = after_three_steps()
    for one, many in zip(in_one_block, in_many_blocks, strict=True):
        assert one.dtype == dtype
        assert np.array_equal(one, many)


def test_gradients_are_only_read() -> None:
    gradients = np.linspace(-1, 1, SIZE)
    before = gradients.copy()
    zeros = [np.zeros(SIZE) for _ in range(7)]
    kernels.sgd_update(zeros[0], gradients, learning_rate=0.1)
    kernels.momentum_update(zeros[0], gradients, zeros[1], learning_rate=0.1, momentum=0.9, nesterov=True)
    kernels.adagrad_update(zeros[0], gradients, zeros[2], learning_rate=0.1, epsilon=1e-10)
    kernels.rmsprop_update(zeros[0], gradients, zeros[3], learning_rate=0.1, beta=0.9, epsilon=1e-8)
    kernels.centered_rmsprop_update(zeros[0], gradients, zeros[4], zeros[5], learning_rate=0.1, beta=0.9, epsilon=1e-8)
    kernels.discounted_sum_update(zeros[6], gradients, decay=0.9)
    assert np.array_equal(gradients, before)
    assert all(array.any() for array in zeros)


def test_slices_of_larger_arrays_are_updated_in_place() -> None:
    whole = np.ones(10, np.float32)
    kernels.sgd_update(whole[2:5], np.ones(3, np.float32), learning_rate=1.0)
    assert whole.tolist() == [1, 1, 0, 0, 0, 1, 1, 1, 1, 1]
