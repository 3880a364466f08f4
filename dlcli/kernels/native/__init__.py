"""Kernels in C++, compiled for several instruction sets, with OpenMP (`src/kernels.def`).

Environment variables, which are read once:

- `DLCLI_KERNELS=reference` disables the native kernels, so that the reference kernels are used.
- `DLCLI_NATIVE_ISA=avx2` (or another of `usable_isas()`) selects that instruction set instead of the widest one.
- `OMP_NUM_THREADS=1` sets the number of threads; the default is one per core that the process may use.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from dlcli.kernels.native.cores import usable_cores

#: number of iterations that a waiting thread spins before it sleeps
SPINS = "2000"
Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def load() -> ModuleType | None:
    """Load and set up the compiled module; None if it was not built or is disabled."""
    if os.environ.get("DLCLI_KERNELS") == "reference":
        return None
    # GNU OpenMP reads this once. Waiting threads then yield after about 30 µs instead of 4 ms, which other processes
    # on a busy machine can use.
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
    try:
        from dlcli.kernels.native import _native
    except ImportError:
        return None
    finally:
        if os.environ["GOMP_SPINCOUNT"] == SPINS:
            del os.environ["GOMP_SPINCOUNT"]
    # One binary serves all machines: the kernels are compiled once per instruction set, and the widest one that this
    # machine supports is chosen.
    _native.choose_isa(os.environ.get("DLCLI_NATIVE_ISA", ""))
    _native.set_max_threads(int(os.environ.get("OMP_NUM_THREADS") or usable_cores()))
    # NumPy arrays then get reused, aligned memory: large temporaries from malloc cause page faults at every step.
    _native.install_allocator()
    module: ModuleType = _native
    return module


module = load()


def fastest(reference: Kernel) -> Kernel:
    """Return the native kernel with the same name and signature, or `reference` if there is none.

    The native kernel calls `reference` for arguments that it does not support, such as dtypes other than float32.
    """
    name = reference.__name__
    if module is None or not hasattr(module, name):
        return reference
    # Overload resolution does the fallback: the reference is the last overload, tried if the arguments do not fit the
    # native one. The usual case needs no check in Python.
    module.set_reference(module, name, reference)
    native: Kernel = getattr(module, name)
    return native


def description() -> str:
    """Return the backend in use, such as "native (avx512, 2 threads)" or "reference"."""
    return "reference" if module is None else f"native ({module.chosen_isa()}, {module.max_threads()} threads)"


def environment() -> dict[str, str | int]:
    """Return what the bits of a result depend on: the backend, its instruction set and its number of threads."""
    if module is None:
        return {"backend": "reference"}
    return {"backend": "native", "isa": module.chosen_isa(), "threads": module.max_threads()}


def fallback_reason() -> str | None:
    """Return why the native kernels are not used; None if they are."""
    if module is not None:
        return None
    if os.environ.get("DLCLI_KERNELS") == "reference":
        return "disabled by DLCLI_KERNELS"
    compiler = shutil.which(os.environ.get("CXX") or "c++") or shutil.which("g++") or shutil.which("clang++")
    reinstall = "`pip install --force-reinstall --no-deps --no-cache-dir` of the same dlcli"
    if compiler is None:
        return f"no C++ compiler was found when dlcli was installed; install one (g++ or clang++), then {reinstall}"
    return f"the native kernels were not built; {reinstall} uses {compiler}; -v shows compiler errors"
