"""One side of a workload in a process of its own, told on stdin what to do.

Usage: python -m benchmarks.workload_process WORKLOAD SIDE   (in scripts/; SIDE is dlcli or a variant of PyTorch)

A number asks for so many steps and is answered by the seconds they took; `memory` by the largest resident size in
bytes, `faults` by the page faults so far, `flops` by the operations of a step.
"""

from __future__ import annotations

import resource
import sys
import time

from benchmarks.workload import Step


def make_step(name: str, side: str) -> Step:
    from benchmarks.workloads import WORKLOADS

    (workload,) = (one for one in WORKLOADS if one.name == name)
    return workload.make_step(side)


def answer(request: str, step: Step) -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    if request == "memory":
        return usage.ru_maxrss * 1024
    if request == "faults":
        return usage.ru_minflt
    if request == "flops":
        from benchmarks import flops

        return flops.of_step(step)
    start = time.perf_counter()
    for _ in range(int(request)):
        step()
    return time.perf_counter() - start


def main() -> None:
    name, side = sys.argv[1:]
    step = make_step(name, side)
    for line in sys.stdin:
        print(answer(line.strip(), step), flush=True)


if __name__ == "__main__":
    main()
