"""The products of a fully connected layer next to NumPy's OpenBLAS: `x W + b`, `g Wᵀ` and `xᵀ g` of mini-batches.

OpenBLAS is asked for the product alone, into memory that it has written before; ours adds the bias and makes a new
result.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, ClassVar

from benchmarks.side_process import SideProcess

TURNS_PER_ROUND = 5
PRODUCTS = ("x W", "g Wᵀ", "xᵀ g")
#: for OpenBLAS's threads to fall asleep, in seconds
PAUSE = 0.04
BATCHES = (1, 16, 64, 256, 1024)
#: (in, out)
LAYERS = ((784, 256), (784, 1024), (256, 128), (1024, 1024), (64, 64), (256, 10), (1024, 10))
BAR = 1.0


@dataclass(frozen=True)
class ProductResult:
    """
    Args:
        product: Name of the product in `PRODUCTS`.
        sizes: Batch size, number of inputs, number of outputs.
        seconds: Median time of the native kernel in seconds.
        blas_seconds: Median time of OpenBLAS in seconds.
        least_ratio: Ratio of the shortest times, which other processes on the machine disturb least.
    """

    headings: ClassVar[tuple[str, ...]] = (
        "product",
        "batch",
        "in",
        "out",
        "dlcli",
        "OpenBLAS",
        "ratio",
        "of least",
        "",
    )

    product: str
    sizes: tuple[int, int, int]
    seconds: float
    blas_seconds: float
    least_ratio: float

    @property
    def ratio(self) -> float:
        return self.seconds / self.blas_seconds

    @property
    def reached(self) -> bool:
        """Whether ours is not the slower: of the two ratios, that which chance favored more."""
        return min(self.ratio, self.least_ratio) <= BAR

    def cells(self) -> list[str]:
        return [
            self.product,
            *map(str, self.sizes),
            f"{self.seconds * 1e6:.1f} µs",
            f"{self.blas_seconds * 1e6:.1f} µs",
            f"{self.ratio:.2f}",
            f"{self.least_ratio:.2f}",
            "" if self.reached else "SLOWER",
        ]

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio, "reached": self.reached}


def measure(rounds: int, _scratch: Path) -> list[ProductResult]:
    return list(compare(rounds * TURNS_PER_ROUND))


def compare(turns: int, batches: tuple[int, ...] = BATCHES) -> Iterator[ProductResult]:
    """Both sides take turns with the three products of one layer and batch."""
    sides = SideProcess("gemm_process"), SideProcess("gemm_process", kernels="reference")
    for sizes in ((batch, *layer) for layer in LAYERS for batch in batches):
        times: tuple[list[list[float]], list[list[float]]] = ([], [])
        for _ in range(turns):
            for side, taken in zip(sides, times, strict=True):
                time.sleep(PAUSE)
                taken.append([side.ask(f"{product} {' '.join(map(str, sizes))}") for product in PRODUCTS])
        for product, ours, theirs in zip(PRODUCTS, *(zip(*taken, strict=True) for taken in times), strict=True):
            yield ProductResult(product, sizes, median(ours), median(theirs), min(ours) / min(theirs))
    for side in sides:
        side.close()
