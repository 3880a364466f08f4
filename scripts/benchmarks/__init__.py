"""What `scripts/benchmark` and `scripts/validate` measure, one thing a file."""

from collections.abc import Callable
from pathlib import Path

from benchmarks import adult, digits, fashion_mnist, gemm, quickstart, searches, start_up, sweep_overhead, workloads
from benchmarks.gemm import ProductResult
from benchmarks.paired_result import PairedResult
from benchmarks.result import Result
from benchmarks.workload_result import WorkloadResult

#: name → (rounds, scratch folder) → figures
MEASUREMENTS: dict[
    str,
    Callable[[int, Path], list[Result] | list[Result | PairedResult] | list[WorkloadResult] | list[ProductResult]],
] = {
    "start_up": start_up.measure,
    "quickstart": quickstart.measure,
    "digits": digits.measure,
    "adult": adult.measure,
    **fashion_mnist.MEASUREMENTS,
    "gemm": gemm.measure,
    "searches": searches.measure,
    "sweep_overhead": sweep_overhead.measure,
    **workloads.MEASUREMENTS,
}
