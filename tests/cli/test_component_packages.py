"""A package that provides components, from its config to a run that is evaluated without the package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

PACKAGE = {
    "layers.py": """
        from dlcli.autograd import Tensor
        from dlcli.core import register
        from dlcli.nn import Activation

        @register("layer", "twice")
        class Twice(Activation):
            "Each element times two."

            def forward(self, *inputs: Tensor) -> Tensor:
                return inputs[0] * 2
    """,
    "search.py": """
        from dlcli.core import register
        from dlcli.search import RandomSearch

        @register("search", "my_search")
        class MySearch(RandomSearch):
            "Random points."
    """,
}
CONFIG = """
data: {dataset: iris}
model: {layers: [{linear: {units: 4}}, twice, {linear: {units: 3}}]}
optimizer: adam
training: {epochs: 1}
"""
SWEEP = """
base: needs.yaml
space:
  optimizer.learning_rate: log_uniform(1e-4, 1e-1)
search: my_search
budget: {trials: 2}
execution: {workers: 2}
final: {seeds: 1}
"""
#: runs several commands in one process, as an installed command would: the working directory is not on the path
MAIN = """
import contextlib, io, json, sys
from dlcli.cli.main import main
results = []
for words in json.loads(sys.argv.pop()):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(words)
    results.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(results))
"""

Dlcli = Callable[..., list[Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working directory with configs, next to the folder of the package."""
    package = tmp_path / "site" / "my_package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from my_package import layers, search\n", encoding="utf-8")
    for name, text in PACKAGE.items():
        lines = [line[8:] for line in text.splitlines()]
        (package / name).write_text("\n".join(lines), encoding="utf-8")
    info = tmp_path / "site" / "my_distribution-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-distribution\nVersion: 2.0\n", encoding="utf-8")
    (info / "RECORD").write_text("my_package/__init__.py,,\n", encoding="utf-8")
    (tmp_path / "work").mkdir()
    (tmp_path / "work/plain.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "work/needs.yaml").write_text(f"components: [my_package]{CONFIG}", encoding="utf-8")
    (tmp_path / "work/sweep.yaml").write_text(SWEEP, encoding="utf-8")
    return tmp_path


@pytest.fixture
def dlcli(folder: Path) -> Dlcli:
    """`dlcli(*commands, installed=…, accepted=…)`: exit code, stdout and stderr of each command."""

    def call(*commands: str, installed: bool = True, accepted: str | None = None) -> list[Any]:
        environment: Mapping[str, str] = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        environment |= {"PYTHONPATH": str(folder / "site")} if installed else {}
        environment |= {"DLCLI_COMPONENTS": accepted} if accepted else {}
        words = json.dumps([command.split() for command in commands])
        done = subprocess.run(
            [sys.executable, "-P", "-c", MAIN, words],
            cwd=folder / "work",
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return list(json.loads(done.stdout))

    return call


def add_entry_point(folder: Path) -> None:
    file = folder / "site/my_distribution-2.0.dist-info/entry_points.txt"
    file.write_text("[dlcli.components]\nmine = my_package\n", encoding="utf-8")


def test_a_package_that_the_environment_accepts(folder: Path, dlcli: Dlcli) -> None:
    train, listed, schema = dlcli(
        "train needs.yaml --json", "list layer twice --json", "config schema", accepted="my_package"
    )
    assert train[0] == 0, train
    run = Path("runs") / json.loads(train[1])["run"]
    record = json.loads((folder / "work" / run / "run.json").read_text(encoding="utf-8"))
    assert record["components"] == {"my_package": "my-distribution 2.0"}
    docstring = "Each element times two."
    assert json.loads(listed[1])["summary"] == docstring
    assert "twice" in schema[1]
    evaluated, resumed = dlcli(f"eval {run} --json", f"resume {run} --epochs 2 --json", accepted="my_package")
    assert (evaluated[0], resumed[0]) == (0, 0), resumed

    (missing,) = dlcli(f"eval {run} --json", installed=False)
    error = json.loads(missing[1])["error"]
    assert (missing[0], error["key"], error["file"]) == (2, "components", f"{run}/config.resolved.yaml")
    assert error["code"] == "missing_package"
    assert "my-distribution 2.0" in error["message"]
    (refused,) = dlcli(f"eval {run} --json")
    error = json.loads(refused[1])["error"]
    assert (refused[0], error["key"], error["code"]) == (2, "components[0]", "module_not_accepted")


def test_a_package_with_an_entry_point_needs_no_key(folder: Path, dlcli: Dlcli) -> None:
    add_entry_point(folder)
    train, listed, doctor = dlcli("train plain.yaml --json", "list search my_search --json", "doctor --json")
    assert (train[0], listed[0]) == (0, 0), train
    run = Path("runs") / json.loads(train[1])["run"]
    assert "components: [my_package]" in (folder / "work" / run / "config.resolved.yaml").read_text(encoding="utf-8")
    assert "components" in {check["name"] for check in json.loads(doctor[1])["checks"]}


@pytest.mark.parametrize("accepted", [None, "my_package"])
def test_the_workers_of_a_sweep_import_it_too(folder: Path, dlcli: Dlcli, accepted: str | None) -> None:
    if accepted is None:
        add_entry_point(folder)
    (sweep,) = dlcli("sweep sweep.yaml --json", accepted=accepted)
    assert sweep[0] == 0, sweep
    assert json.loads(sweep[1])["trials"]["done"] == 2


def test_a_config_alone_imports_nothing(folder: Path, dlcli: Dlcli) -> None:
    for place in ("site/my_package", "work"):
        (folder / place / "layers.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\n", encoding="utf-8")
    (folder / "work/paths.yaml").write_text(f"components: [./layers.py, layers, 3]{CONFIG}", encoding="utf-8")
    train, validate, sweep, paths = dlcli(
        "train needs.yaml --json", "config validate needs.yaml --json", "sweep sweep.yaml --json",
        "config validate paths.yaml --json",
    )  # fmt: skip
    setting = "DLCLI_COMPONENTS=my_package"
    for code, out, _ in (train, validate, sweep):
        document = json.loads(out)
        error = document.get("error") or document["files"][0]["problems"][0]
        assert (code, error["line"], error["column"], error["key"]) == (2, 1, 14, "components[0]")
        assert setting in error["message"]
    assert paths[0] == 2 and "layers" in paths[1]
    assert not (folder / "ran").exists()


def test_a_package_that_fails_is_one_line(folder: Path, dlcli: Dlcli) -> None:
    module = folder / "site/my_package/layers.py"
    module.write_text("\nundefined\n", encoding="utf-8")
    ((code, out, err),) = dlcli("train needs.yaml", accepted="my_package")
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert "NameError" in line
    assert line.endswith(f"({module}:2)")
