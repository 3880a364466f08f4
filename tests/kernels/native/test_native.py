"""Choice of the backend and its instruction set, and its memory use, each in a separate process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlcli.kernels import fallback_reason, native

ROOT = Path(__file__).parents[3]
built = pytest.mark.skipif(native.module is None, reason="the native kernels are not built or disabled")


def python(*arguments: str, **environment: str) -> str:
    """Return the output of a new process."""
    run = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.strip()


def backend(**environment: str) -> str:
    return python("-c", "import dlcli.kernels; print(dlcli.kernels.backend())", **environment)


def test_native_kernels_can_be_disabled() -> None:
    assert backend(DLCLI_KERNELS="reference") == "reference"


@built
def test_the_widest_instruction_set_and_the_number_of_threads_are_used() -> None:
    widest = native.module.usable_isas()[0]
    assert backend(OMP_NUM_THREADS="3", DLCLI_NATIVE_ISA="") == f"native ({widest}, 3 threads)"


ISAS = native.module.usable_isas() if native.module else []


@built
@pytest.mark.parametrize(
    ("isa", "threads"), [(isa, "2") for isa in ISAS[1:]] + [(isa, n) for isa in ISAS[:1] for n in "15"]
)
def test_every_instruction_set_conforms(isa: str, threads: str) -> None:
    assert backend(DLCLI_NATIVE_ISA=isa, OMP_NUM_THREADS=threads) == f"native ({isa}, {threads} threads)"
    tests = [str(path) for path in sorted((ROOT / "tests/conformance").glob("test_kernels*.py"))]
    python("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, DLCLI_NATIVE_ISA=isa, OMP_NUM_THREADS=threads)


@built
def test_an_unknown_instruction_set_names_the_known_ones() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import dlcli.kernels"],
        env=os.environ | {"DLCLI_NATIVE_ISA": "mmx"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert native.module.usable_isas()[0] in run.stderr


def test_the_reason_for_the_reference_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "module", None)
    monkeypatch.setenv("DLCLI_KERNELS", "reference")
    assert "DLCLI_KERNELS" in str(fallback_reason())
    monkeypatch.delenv("DLCLI_KERNELS")
    monkeypatch.setenv("PATH", "")
    assert "compiler" in str(fallback_reason())


TRAINING_STEPS = """
import resource
import numpy as np
from dlcli import kernels, ops
from dlcli.nn import Parameter
from dlcli.nn.arena import Arena
from dlcli.optim import Adam

generator = np.random.default_rng(0)
sizes = (784, 1024, 1024, 10)
layers = [
    (Parameter(0.02 * generator.standard_normal(pair, dtype=np.float32)), Parameter(np.zeros(pair[1], np.float32)))
    for pair in zip(sizes, sizes[1:])
]
x, labels = generator.standard_normal((256, 784), dtype=np.float32), generator.integers(0, 10, 256)
arena = Arena({f"{i}.{j}": parameter for i, pair in enumerate(layers) for j, parameter in enumerate(pair)})
optimizer = Adam()
optimizer.setup(arena)

def step():
    arena.zero_grad()
    y = x
    for weight, bias in layers[:-1]:
        y = ops.relu(ops.linear(y, weight, bias))
    ops.softmax_cross_entropy(ops.linear(y, *layers[-1]), labels).backward()
    optimizer.step(arena, 1e-3)

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for _ in range(3):
    step()
before = faults()
for _ in range(10):
    step()
print((faults() - before) / 10)
"""


@built
def test_a_training_step_allocates_no_memory_from_the_system() -> None:
    """A step of this network creates about 8 MB of arrays, which are 2000 pages."""
    assert float(python("-c", TRAINING_STEPS)) < 5
