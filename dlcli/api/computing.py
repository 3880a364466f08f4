"""Kernels, BLAS and threads of this machine, for the record of a run: the bits of a result depend on them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from dlcli import kernels


@functools.cache
def computing() -> Mapping[str, Any]:
    """Return the kernels with their instruction set, the BLAS library, and the number of threads that each uses."""
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))  # some systems load the BLAS library on its first use
    pools = (pool for pool in threadpool_info() if pool["user_api"] == "blas")
    blas = [
        {
            "library": pool["internal_api"],
            "version": pool["version"],
            "architecture": pool.get("architecture"),
            "threads": pool["num_threads"],
        }
        for pool in pools
    ]
    return {"kernels": kernels.environment(), "blas": blas[0] if blas else None}
