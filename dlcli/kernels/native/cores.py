"""How many cores a computation gets."""

from __future__ import annotations

import os
from pathlib import Path

CPUS = Path("/sys/devices/system/cpu")


def usable_cores() -> int:
    """Physical cores that this process may run on: a second thread of a core adds nothing to a product of matrices."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    # containers and `taskset` restrict a process to some cores; more threads than cores would wait for each other
    cpus = os.sched_getaffinity(0)
    try:
        # hardware threads of one core have the same list of siblings, so each core counts once
        cores = {(CPUS / f"cpu{cpu}/topology/thread_siblings_list").read_text() for cpu in cpus}
    except OSError:
        return len(cpus)
    return len(cores)
