"""The tests of the native kernels under the address and undefined-behavior sanitizers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.commands import ROOT

#: without those that start other processes or count page faults
TESTS = (
    "tests/conformance",
    "tests/kernels",
    "--ignore=tests/kernels/native/test_native.py",
    "--deselect=tests/conformance/test_kernels_recurrent.py::test_memory_is_reused_after_the_warm_up",
)
#: Python's own allocations never end; NumPy's large requests that fail are its own affair
ADDRESS_OPTIONS = "detect_leaks=0:allocator_may_return_null=1"
#: pytest on the package in $PYTHONPATH, also where an editable install would put itself before it
RUN = """
import sys
sys.meta_path[:] = [finder for finder in sys.meta_path if not type(finder).__name__.startswith("ScikitBuild")]
import pytest
from dlcli.kernels import backend
assert backend().startswith("native"), backend()
sys.exit(pytest.main(sys.argv[1:]))
"""


def run_kernel_tests() -> bool:
    """Build the package with the sanitizers, into a folder of its own, and test it there; whether all went well."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
        built = subprocess.run([*pip, "-Ccmake.define.DLCLI_SANITIZE=ON", str(ROOT)], check=False)
        if built.returncode != 0 or not list(site.glob("dlcli/kernels/native/_native.*")):
            print("the native kernels were not built with the sanitizers", file=sys.stderr)
            return False
        # Python itself is linked to neither, and the sanitizer has to find both when it starts
        preloaded = " ".join(_library(name) for name in ("libasan.so", "libstdc++.so.6"))
        settings = {
            "PYTHONPATH": str(site),
            "LD_PRELOAD": preloaded,
            "ASAN_OPTIONS": ADDRESS_OPTIONS,
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "OMP_NUM_THREADS": "3",
        }
        pytest = [sys.executable, "-P", "-c", RUN, "-q", "-s", "-p", "no:cacheprovider", *TESTS]
        return subprocess.run(pytest, cwd=ROOT, env=os.environ | settings, check=False).returncode == 0


def _library(name: str) -> str:
    """Where the compiler keeps a library of its own."""
    command = [os.environ.get("CXX", "c++"), f"-print-file-name={name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
