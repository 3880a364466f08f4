"""The kernels in C++, when they were built: for several instruction sets, with OpenMP (`src/kernels.def`).

Environment variables, read once:

- `DLCLI_KERNELS=reference` leaves them alone, and everything runs on the reference kernels.
- `DLCLI_NATIVE_ISA=avx2` (or another of `usable_isas()`) takes that instruction set in the place of the widest.
- `OMP_NUM_THREADS=1` sets the number of threads; without it there is one for each core that the process may use.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from dlcli.kernels.native.cores import usable_cores

#: how often a waiting thread looks before it sleeps
SPINS = "2000"
Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def load() -> ModuleType | None:
    """The compiled module, set up; None when it was not built or is switched off."""
    if os.environ.get("DLCLI_KERNELS") == "reference":
        return None
    # GNU's OpenMP, which reads this once: threads that wait for work give way after some 30 µs in the place of 4 ms,
    # which they take from others on a machine with more to do
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
    try:
        from dlcli.kernels.native import _native
    except ImportError:
        return None
    finally:
        if os.environ["GOMP_SPINCOUNT"] == SPINS:
            del os.environ["GOMP_SPINCOUNT"]
    # One binary for all machines: the kernels are compiled once per instruction set, and the widest that runs here is
    # chosen.
    _native.choose_isa(os.environ.get("DLCLI_NATIVE_ISA", ""))
    _native.set_max_threads(int(os.environ.get("OMP_NUM_THREADS") or usable_cores()))
    # NumPy's arrays get reused, aligned memory: large temporaries from malloc would cost page faults at every step.
    _native.install_allocator()
    module: ModuleType = _native
    return module


module = load()


def fastest(reference: Kernel) -> Kernel:
    """The native kernel of the same name and signature, else `reference` itself.

    What the native one does not take, such as another dtype than float32, it hands to `reference`.
    """
    name = reference.__name__
    if module is None or not hasattr(module, name):
        return reference
    # Overload resolution does the fallback: the reference is the last overload, tried when the arguments do not fit the
    # native one. No check in Python is paid for the usual case.
    module.set_reference(module, name, reference)
    native: Kernel = getattr(module, name)
    return native


def description() -> str:
    """Such as "native (avx512, 2 threads)"; "reference" when this backend is not in use."""
    return "reference" if module is None else f"native ({module.chosen_isa()}, {module.max_threads()} threads)"


def environment() -> dict[str, str | int]:
    """What decides the bits of a result: the backend, its instruction set and its number of threads."""
    if module is None:
        return {"backend": "reference"}
    return {"backend": "native", "isa": module.chosen_isa(), "threads": module.max_threads()}


def why_not() -> str | None:
    """Why this backend is not in use, in words; None when it is."""
    if module is not None:
        return None
    if os.environ.get("DLCLI_KERNELS") == "reference":
        return "DLCLI_KERNELS says so"
    compiler = shutil.which(os.environ.get("CXX") or "c++") or shutil.which("g++") or shutil.which("clang++")
    again = "`pip install --force-reinstall --no-deps --no-cache-dir` of the same dlcli"
    if compiler is None:
        return f"no C++ compiler was found when dlcli was installed; install one (g++ or clang++), then {again}"
    return f"the native kernels were not built; {again} tries {compiler} again, with -v showing what goes wrong"
