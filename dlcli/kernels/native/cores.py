"""How many cores a computation gets, and which."""

from __future__ import annotations

import os
from pathlib import Path

CPUS = Path("/sys/devices/system/cpu")


def usable_cores() -> list[list[int]]:
    """The CPUs of each physical core that this process may run on; none known by number where the system does not say.

    A second thread of a core adds nothing to a product of matrices.
    """
    if not hasattr(os, "sched_getaffinity"):
        return [[] for _ in range(os.cpu_count() or 1)]
    cpus = sorted(os.sched_getaffinity(0))
    cores: dict[str, list[int]] = {}
    try:
        for cpu in cpus:
            siblings = (CPUS / f"cpu{cpu}/topology/thread_siblings_list").read_text()
            cores.setdefault(siblings, []).append(cpu)
    except OSError:
        return [[cpu] for cpu in cpus]
    return list(cores.values())
