"""Number of CPU cores that a process may use."""

from __future__ import annotations

import os
from pathlib import Path

CPUS = Path("/sys/devices/system/cpu")


def usable_cores() -> int:
    """Return the number of physical cores that this process may use; hyper-threads do not speed up matrix products."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    # containers and `taskset` restrict a process to some cores; additional threads would only wait for each other
    cpus = os.sched_getaffinity(0)
    try:
        # hardware threads of one core have the same list of siblings, so each core counts once
        cores = {(CPUS / f"cpu{cpu}/topology/thread_siblings_list").read_text() for cpu in cpus}
    except OSError:
        return len(cpus)
    return len(cores)
