"""What `scripts/benchmark` and `scripts/validate` measure, one thing a file."""

from collections.abc import Callable
from pathlib import Path

from benchmarks import adult, digits, fashion_mnist, gemm, quickstart, start_up, workloads
from benchmarks.gemm import ProductResult
from benchmarks.result import Result
from benchmarks.workload_result import WorkloadResult

#: name → (rounds, scratch folder) → figures
MEASUREMENTS: dict[str, Callable[[int, Path], list[Result] | list[WorkloadResult] | list[ProductResult]]] = {
    "start_up": start_up.measure,
    "quickstart": quickstart.measure,
    "digits": digits.measure,
    "adult": adult.measure,
    **fashion_mnist.MEASUREMENTS,
    "gemm": gemm.measure,
    **workloads.MEASUREMENTS,
}
