"""The kernels' workloads beside PyTorch's: times that take turns, memory, share of what the machine can do.

Every side runs in a process of its own, so that no pool of threads spins against another's and each has its own
memory; between turns it waits for its next one. Times are medians over the turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from statistics import median

from benchmarks import workloads_conv, workloads_dense, workloads_recurrent
from benchmarks.commands import installed
from benchmarks.side_process import SideProcess
from benchmarks.workload import Step, Workload
from benchmarks.workload_result import WorkloadResult

TURNS_PER_ROUND = 5
#: how long a turn is meant to take, and how long to wait for the other's threads to fall asleep, in seconds
TURN, PAUSE = 0.1, 0.02
#: how long torch.compile may take, in seconds
COMPILATION = 120.0
#: a product of square matrices, the best of which counts as what the machine can do
PEAK_SIZE = 1536


def _product_ours() -> Step:
    import numpy as np

    from dlcli import kernels

    a = np.random.default_rng(0).standard_normal((PEAK_SIZE, PEAK_SIZE)).astype(np.float32)
    return lambda: kernels.linear(a, a, None)


def _product_theirs() -> Step:
    import torch

    a = torch.randn(PEAK_SIZE, PEAK_SIZE)
    return lambda: a @ a


PEAK = Workload("peak", f"product of {PEAK_SIZE}² matrices", 1.0, 1.0, _product_ours, {"eager": _product_theirs})
WORKLOADS = (
    PEAK,
    *workloads_dense.WORKLOADS,
    *workloads_conv.WORKLOADS,
    *workloads_recurrent.WORKLOADS,
)


class Side(SideProcess):
    """A process that runs the steps of one side.

    Args:
        workload: name of what is run.
        side: `dlcli` or a variant of PyTorch.
        kernels: which kernels of ours, as in $DLCLI_KERNELS.
        patience: seconds until the first steps must be done; None for ever.

    Raises:
        RuntimeError: the process died.
        TimeoutError: it was not done in time, and was ended.
    """

    def __init__(self, workload: str, side: str, kernels: str = "", patience: float | None = None) -> None:
        super().__init__("workload_process", workload, side, kernels=kernels)
        self.times: list[float] = []
        warm_up = self.ask(3, patience) / 3
        self.repeats = max(1, round(TURN / min(warm_up, self.ask(1))))
        self.faults_before = self.ask("faults")

    def take_turn(self, repeats: int | None = None) -> None:
        time.sleep(PAUSE)
        count = repeats or self.repeats
        self.times.append(self.ask(count) / count)

    def faults_per_step(self) -> float:
        """Page faults since the warm-up."""
        return (self.ask("faults") - self.faults_before) / (len(self.times) * self.repeats)


def compiled_sides(workload: Workload) -> tuple[dict[str, Side], dict[str, str]]:
    """Those of torch.compile that are compiled in time, and why not the others."""
    sides, reasons = {}, {}
    for name in workload.compiled if installed("torch") else ():
        try:
            sides[name] = Side(workload.name, name, patience=COMPILATION)
        except TimeoutError:
            reasons[name] = f"over {COMPILATION:.0f} s to compile"
        except RuntimeError:
            reasons[name] = "does not compile"
    return sides, reasons


def compare(workload: Workload, turns: int, peak: float | None) -> WorkloadResult:
    """Time all sides of a workload.

    Args:
        turns: how often each side has its turn.
        peak: operations per second of the machine at its best; None leaves the share out.
    """
    native, reference = Side(workload.name, "dlcli"), Side(workload.name, "dlcli", kernels="reference")
    variants = {name: Side(workload.name, name) for name in workload.theirs if installed("torch")}
    compiled, reasons = compiled_sides(workload)
    for turn in range(turns):
        for side in (native, *variants.values(), *compiled.values()):
            side.take_turn()
        if turn < 2:
            reference.take_turn(1)
    ours = median(native.times)
    times = {name: median(side.times) for name, side in variants.items()}
    best = min(times, key=times.__getitem__, default=None)
    page_faults = native.faults_per_step()
    flops = native.ask("flops")
    result = WorkloadResult(
        what=workload.what,
        seconds=ours,
        torch_seconds=times,
        compiled_seconds={name: median(side.times) for name, side in compiled.items()} | reasons,
        least_ratio=None if best is None else min(native.times) / min(min(side.times) for side in variants.values()),
        bar=workload.bar,
        aim=workload.aim,
        reference_seconds=min(reference.times),
        flops=flops,
        share_of_peak=None if peak is None else flops / ours / peak,
        memory=native.ask("memory"),
        torch_memory=None if best is None else variants[best].ask("memory"),
        page_faults=page_faults,
    )
    for side in (native, reference, *variants.values(), *compiled.values()):
        side.close()
    return result


@cache
def at_peak(turns: int) -> WorkloadResult:
    return compare(PEAK, turns, None)


def measure(workload: Workload, rounds: int, _scratch: Path) -> list[WorkloadResult]:
    turns = rounds * TURNS_PER_ROUND
    product = at_peak(turns)
    if workload is PEAK:
        return [product]
    return [compare(workload, turns, product.flops / min([product.seconds, *product.torch_seconds.values()]))]


#: name → (rounds, scratch folder) → figures
MEASUREMENTS: dict[str, Callable[[int, Path], list[WorkloadResult]]] = {
    workload.name: partial(measure, workload) for workload in WORKLOADS
}
