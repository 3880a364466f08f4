"""One side of the comparison of products: ours, or NumPy's where the native kernels are switched off.

Usage: python -m benchmarks.gemm_process   (in scripts/)

A line `PRODUCT BATCH IN OUT` is answered by the seconds that one such product takes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cache

import numpy as np

from benchmarks.gemm import PRODUCTS
from dlcli import kernels

#: how long a product is repeated, and how long the parts of it take of which the shortest counts, in seconds
TURN, PART = 0.008, 50e-6
Product = Callable[[], object]


@cache
def products(batch: int, inputs: int, outputs: int) -> dict[str, Product]:
    generator = np.random.default_rng(0)
    x, weight, grad = (
        generator.standard_normal(shape, dtype=np.float32)
        for shape in ((batch, inputs), (inputs, outputs), (batch, outputs))
    )
    bias = np.zeros(outputs, np.float32)
    if kernels.backend() != "reference":
        calls: tuple[Product, ...] = (
            lambda: kernels.linear(x, weight, bias),
            lambda: kernels.linear_grad_input(grad, weight),
            lambda: kernels.linear_grad_weight(x, grad),
        )
    else:
        y, grad_x, grad_weight = np.zeros_like(grad), np.zeros_like(x), np.zeros_like(weight)
        calls = (
            lambda: np.matmul(x, weight, out=y),
            lambda: np.matmul(grad, weight.T, out=grad_x),
            lambda: np.matmul(x.T, grad, out=grad_weight),
        )
    return dict(zip(PRODUCTS, calls, strict=True))


def seconds(product: Product) -> float:
    """Of one call: the least of several parts of the turn, so that an interruption does not count."""
    once = timed(product, 2)  # which also wakes the threads and warms the caches
    repeats = max(1, round(PART / once))
    return min(timed(product, repeats) for _ in range(max(1, round(TURN / (repeats * once)))))


def timed(product: Product, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        product()
    return (time.perf_counter() - start) / repeats


def main() -> None:
    for line in sys.stdin:
        *product, batch, inputs, outputs = line.split()
        print(seconds(products(int(batch), int(inputs), int(outputs))[" ".join(product)]), flush=True)


if __name__ == "__main__":
    main()
