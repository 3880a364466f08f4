"""What `scripts/benchmark` and `scripts/validate` measure, one thing a file."""

from collections.abc import Callable
from pathlib import Path

from benchmarks import adult, digits, fashion_mnist, quickstart, start_up, workloads
from benchmarks.result import Result
from benchmarks.workload_result import WorkloadResult

#: name → (rounds, scratch folder) → figures
MEASUREMENTS: dict[str, Callable[[int, Path], list[Result] | list[WorkloadResult]]] = {
    "start_up": start_up.measure,
    "quickstart": quickstart.measure,
    "digits": digits.measure,
    "adult": adult.measure,
    "fashion_mnist": fashion_mnist.measure,
    **workloads.MEASUREMENTS,
}
