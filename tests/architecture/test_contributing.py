"""The recipes of CONTRIBUTING.md, executed literally in a copy of the package."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
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
ORDINAL = """
data: {dataset: {format: csv, path: severity.csv, label: severity}}
task: {name: ordinal_regression, order: [low, medium, high]}
model: {layers: [{linear: {units: 2}}]}
optimizer: {adam: {learning_rate: 0.05}}
training: {epochs: 5}
"""
#: A head of ordinal regression, in whose column cells are empty, next to a regression.
HEADS = """
data: {dataset: {format: csv, path: heads.csv, label: [severity, age]}}
task: {multi_task: {heads: {severity: {task: {name: ordinal_regression, order: [low, medium, high]}}, age: {}}}}
model: {layers: [{linear: {units: 3}}]}
optimizer: adam
training: {epochs: 2}
evaluation: {optimize: dev/severity.quadratic_weighted_kappa}
"""
#: Code to import the copy in the working directory, as in `MAIN`.
_COPY = MAIN.partition("from dlcli")[0]
#: Components of the recipes that have contracts.
COMPONENTS = [("layer", "hard_tanh"), ("function", "hard_tanh"), ("dataset", "parity"), ("metric", "max_error"),
              ("loss", "log_cosh"), ("optimizer", "adamax"), ("loss", "threshold_cross_entropy"),
              ("metric", "mean_rank_error"), ("metric", "quadratic_weighted_kappa")]  # fmt: skip
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
    (folder / "ordinal.yaml").write_text(ORDINAL, encoding="utf-8")
    (folder / "heads.yaml").write_text(HEADS, encoding="utf-8")
    write_patients(folder)
    return folder


def write_patients(folder: Path) -> None:
    """Write 200 patients whose severity depends on the dose, and the same with an age and without some severities."""
    generator = np.random.default_rng(0)
    doses = generator.normal(size=200)
    ranks = np.searchsorted([-0.5, 0.5], doses + generator.normal(scale=0.3, size=200))
    rows = [(f"{dose:.4f}", ("low", "medium", "high")[rank]) for dose, rank in zip(doses, ranks.tolist(), strict=True)]
    texts = ["dose,severity", *(f"{dose},{severity}" for dose, severity in rows)]
    (folder / "severity.csv").write_text("\n".join(texts), encoding="utf-8")
    texts = [
        "dose,severity,age",
        *(f"{dose},{severity if row % 3 else ''},{row}.5" for row, (dose, severity) in enumerate(rows)),
    ]
    (folder / "heads.csv").write_text("\n".join(texts), encoding="utf-8")


@pytest.fixture(scope="module")
def dlcli(folder: Path) -> Callable[..., Any]:
    """The command line of the copy, which returns the JSON document."""

    def call(*arguments: str, code: int = 0) -> Any:
        command = [sys.executable, "-c", MAIN, *arguments, "--json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    return call


@pytest.fixture(scope="module")
def ordinal(dlcli: Callable[..., Any]) -> Any:
    """A run of the ordinal regression that optimizes the mean rank error."""
    return dlcli("train", "ordinal.yaml")


@pytest.fixture(scope="module")
def by_kappa(dlcli: Callable[..., Any]) -> Any:
    """A run of the ordinal regression that optimizes kappa, with few epochs."""
    return dlcli("train", "ordinal.yaml", "--set", "evaluation.optimize=dev/quadratic_weighted_kappa",
                 "--set", "training.epochs=2")  # fmt: skip


def levels(diagnosis: Any) -> dict[str, Any]:
    return {level["name"]: level["error"] for level in diagnosis["levels"]}


def ranks_of(folder: Path, run: str, split: str) -> tuple[list[int], list[int]]:
    """Return the predicted and the true ranks in a file of predictions."""
    lines = (folder / "runs" / run / "predictions" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["rank"] for row in rows], [row["target"]["rank"] for row in rows]


def test_every_block_is_executed() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(recipes()) == len(re.findall(r"^(?:#|//) dlcli/", text, re.MULTILINE)) == 32


def test_an_optimizer_with_a_native_kernel_takes_five_files() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Add an optimizer\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    assert len(set(re.findall(r"^(?:#|//) (dlcli/[^\s,]+)", section, re.MULTILINE))) == 5


def test_a_task_takes_a_file_per_concept_and_their_imports() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Add a task\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    files = re.findall(r"^# dlcli/(\S+)", section, re.MULTILINE)
    concepts = [file for file in files if not file.endswith("__init__.py")]
    assert {file.partition("/")[0] for file in files} == {"data", "losses", "metrics", "tasks"}
    assert (len(concepts), len(files)) == (5, 9)
    assert not any((ROOT / "dlcli" / file).exists() for file in concepts)


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
    squared = metrics["dev/mean_squared_error"]
    assert metrics["dev/max_error"] ** 2 >= squared > 0


def test_the_components_fulfill_their_contracts(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CONTRACTS], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_task_is_listed_with_its_options(dlcli):
    assert "ordinal_regression" in json.dumps(dlcli("list", "tasks"))
    order, loss = dlcli("list", "tasks", "ordinal_regression")["options"]
    assert (order["name"], loss["name"]) == ("order", "loss")


def test_the_error_of_the_task_is_decomposed(folder: Path, ordinal):
    report = json.loads((folder / "runs" / ordinal["run"] / "report/report.json").read_text(encoding="utf-8"))
    errors = levels(report["diagnosis"])
    assert report["diagnosis"]["measure"] == "mean_rank_error"
    assert [*errors] == ["human", "train", "dev", "test"]
    for split in ("dev", "test"):
        ranks, truth = ranks_of(folder, ordinal["run"], split)
        assert errors[split]["value"] == pytest.approx(mean(abs(p - t) for p, t in zip(ranks, truth, strict=True)))
        assert errors[split]["value"] == pytest.approx(ordinal["metrics"][f"{split}/mean_rank_error"])
        assert errors[split]["low"] < errors[split]["value"] < errors[split]["high"]
    assert errors["dev"]["value"] < report["baseline"]["error"]


def test_a_set_statistic_is_decomposed(folder: Path, by_kappa):
    errors = levels(by_kappa["diagnosis"])
    assert by_kappa["diagnosis"]["measure"] == "kappa_error"
    assert errors["dev"]["method"] == "bootstrap BCa"
    kappa = by_kappa["metrics"]["dev/quadratic_weighted_kappa"]
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    expected = sklearn_metrics.cohen_kappa_score(*ranks_of(folder, by_kappa["run"], "dev"), weights="quadratic")
    assert kappa == pytest.approx(expected)
    assert errors["dev"]["value"] == pytest.approx(1 - expected)


def test_the_task_predicts_labels_in_their_order(dlcli, folder: Path, ordinal):
    (folder / "new.csv").write_text("dose\n-3\n0\n3\n", encoding="utf-8")
    predictions = dlcli("predict", ordinal["run"], "new.csv")["predictions"]
    assert [(row["class"], row["rank"]) for row in predictions] == [("low", 0), ("medium", 1), ("high", 2)]


def test_the_task_is_evaluated_with_intervals(dlcli, ordinal, by_kappa):
    evaluated = dlcli("eval", ordinal["run"])
    name = "test/mean_rank_error"
    assert evaluated["metrics"][name] == ordinal["metrics"][name]
    assert [*evaluated["intervals"]] == [name]
    interval = dlcli("eval", by_kappa["run"])["intervals"]["test/quadratic_weighted_kappa"]
    assert interval["low"] <= interval["value"] <= interval["high"]


@pytest.mark.parametrize(
    ("metric", "measure"),
    [("mean_rank_error", "mean_rank_error"), ("quadratic_weighted_kappa", "kappa_error")],
)
def test_runs_of_the_task_are_compared(dlcli, metric: str, measure: str):
    runs = [
        dlcli(
            "train", "ordinal.yaml", "--set", f"evaluation.optimize=dev/{metric}", "--set", f"training.epochs={epochs}"
        )
        for epochs in (1, 3)
    ]
    [errors] = dlcli("runs", "compare", *(run["run"] for run in runs))["errors"]
    dev = next(split for split in errors["splits"] if split["split"] == "dev")
    assert (errors["measure"], dev["is_paired"]) == (measure, True)
    for run, name in zip(runs, ("first", "second"), strict=True):
        assert dev[name] == pytest.approx(levels(run["diagnosis"])["dev"]["value"])


def test_the_task_is_a_head(dlcli):
    run = dlcli("train", "heads.yaml")
    dev = levels(run["diagnosis"])["dev"]["value"]
    kappa = run["metrics"]["dev/severity.quadratic_weighted_kappa"]
    assert dev == pytest.approx(1 - kappa)


def test_an_order_without_a_label_has_its_place(dlcli):
    error = dlcli("train", "ordinal.yaml", "--set", "task.order=[low, high]", code=2)["error"]
    assert (error["key"], error["code"]) == ("task.order", "invalid_value")


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
