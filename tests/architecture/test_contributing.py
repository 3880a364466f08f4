"""The recipes of CONTRIBUTING.md, executed literally in a copy of the package."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
#: Command line of the package in the working directory; the finder of an editable install would have precedence.
MAIN = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in type(finder).__module__]
sys.path.insert(0, "")
from dlcli.cli.main import main
sys.exit(main())
"""
CONFIG = """
data: {dataset: {name: parity, bits: 6}}
model: {layers: [{linear: {units: 8}}, hard_tanh, {linear: {units: 1}}]}
optimizer: adamax
training: {epochs: 2}
"""
REGRESSION = """
data: {dataset: diabetes}
task: {name: regression, loss: log_cosh}
model: {architecture: residual_mlp, units: 8}
optimizer: adamax
evaluation: {metrics: [max_error, mean_squared_error], optimize: dev/max_error}
training: {epochs: 2}
"""
#: Code to import the copy in the working directory, as in `MAIN`.
_COPY = MAIN.partition("from dlcli")[0]
#: Components of the recipes that have contracts.
COMPONENTS = [("layer", "hard_tanh"), ("function", "hard_tanh"), ("dataset", "parity"), ("metric", "max_error"),
              ("loss", "log_cosh"), ("optimizer", "adamax")]  # fmt: skip
CONTRACTS = f"""{_COPY}
from dlcli import testing
for kind, name in {COMPONENTS}:
    testing.check_component(kind, name)
"""
#: Comparison of the two native kernels with the NumPy reference.
NATIVE = f"""{_COPY}
import numpy as np
from dlcli.kernels import native, reference
from dlcli.optim import adamax
generator = np.random.default_rng(0)
for size in (1, 7, 100_003):
    x = 2 * generator.standard_normal(size).astype(np.float32)
    np.testing.assert_array_equal(native.module.hard_tanh(x), reference.activations.hard_tanh(x))
    ours = [generator.random(size).astype(np.float32) for _ in range(4)]
    theirs = [array.copy() for array in ours]
    for update, arrays in ((native.module.adamax_update, ours), (adamax.adamax_update, theirs)):
        update(*arrays, learning_rate=0.1, beta1=0.9, beta2=0.99, epsilon=1e-8)
    for one, other in zip(ours, theirs):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
"""


def recipes() -> list[tuple[str, str, str]]:
    """Return file, function that the code belongs to (or empty), and code of every block of the recipes."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.findall(r"```(?:python\n#|cpp\n//) (\S+?)(?:, in (\w+))?\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with every file of the recipes."""
    folder = tmp_path_factory.mktemp("recipes")
    shutil.copytree(ROOT / "dlcli", folder / "dlcli", ignore=shutil.ignore_patterns("__pycache__"))
    for file, function, code in recipes():
        path = folder / file
        if not function:
            with path.open("a", encoding="utf-8") as target:
                target.write(f"\n{code}")
            continue
        before, header, after = path.read_text(encoding="utf-8").partition(f"void {function}(nb::module_& module) {{\n")
        assert header
        path.write_text(f"{before}{header}{code}\n{after}", encoding="utf-8")
    table = folder / "dlcli/cli/app.py"
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (line,) = re.findall(r'app\.command\("where"\)\(where\.where\)', text)
    text = table.read_text(encoding="utf-8").replace("    return app\n", f"    {line}\n    return app\n")
    table.write_text(re.sub(r"\bconsole,(\s+)", r"console,\1where,\1", text, count=1), encoding="utf-8")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "regression.yaml").write_text(REGRESSION, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def dlcli(folder: Path) -> Callable[..., Any]:
    """The command line of the copy, which returns the JSON document."""

    def call(*arguments: str) -> Any:
        command = [sys.executable, "-c", MAIN, *arguments, "--json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return call


def test_every_block_is_executed() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(recipes()) == len(re.findall(r"^(?:#|//) dlcli/", text, re.MULTILINE)) == 23


def test_an_optimizer_with_a_native_kernel_takes_five_files() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Add an optimizer\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    assert len(set(re.findall(r"^(?:#|//) (dlcli/[^\s,]+)", section, re.MULTILINE))) == 5


def test_the_layer_is_listed_and_its_gradient_checked(dlcli):
    assert dlcli("list", "layers", "hard_tanh")["summary"] == "`min(max(x, −1), 1)`."
    assert dlcli("gradcheck", "config.yaml")["ok"]


def test_the_dataset_has_its_options(dlcli):
    (bits,) = dlcli("list", "datasets", "parity")["options"]
    assert (bits["name"], bits["default"]) == ("bits", 8)


def test_the_command_runs_on_a_run_of_both(dlcli):
    run = dlcli("train", "config.yaml")["run"]
    assert dlcli("where", run)["run"] == run


def test_the_regression_uses_architecture_loss_metric_and_optimizer(dlcli):
    metrics = dlcli("train", "regression.yaml")["metrics"]
    assert metrics["dev/max_error"] ** 2 >= metrics["dev/mean_squared_error"] > 0


def test_the_components_fulfill_their_contracts(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CONTRACTS], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_native_kernels_equal_the_reference(folder: Path) -> None:
    nanobind = pytest.importorskip("nanobind")
    if not (shutil.which("cmake") and shutil.which("c++")):
        pytest.skip("needs cmake and a C++ compiler")
    source, build = folder / "dlcli/kernels/native", folder / "build"
    options = [f"-Dnanobind_DIR={nanobind.cmake_dir()}", f"-DPython_EXECUTABLE={sys.executable}"]
    for command in (["cmake", "-S", source, "-B", build, *options], ["cmake", "--build", build, "--parallel", "2"]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    for earlier in source.glob("_native*.so"):
        earlier.unlink()
    (module,) = build.rglob("_native*.so")
    shutil.copy(module, source)
    done = subprocess.run([sys.executable, "-c", NATIVE], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
