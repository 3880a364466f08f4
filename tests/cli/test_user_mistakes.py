"""Errors of users are explained; "internal error" is for bugs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlcli.cli import main as entry

BUGS = ("internal error", "Traceback")


@pytest.mark.parametrize("units", [10**11, 2**61, 2**63 - 1, 2**63, 10**30])
def test_layers_that_exceed_the_memory(run, folder: Path, units: int) -> None:
    outcome = run("train", "config.yaml", "--set", f"model.hidden_units=[{units}]", "--json")
    error = outcome.document["error"]
    assert (outcome.code, error["kind"], error["key"]) == (2, "config", "model")
    assert not (folder / "runs").exists()


def test_two_layers_whose_product_exceeds_the_memory(run, folder: Path) -> None:
    layers = "[{linear: {units: 4000000}}, {linear: {units: 4000000}}, {linear: {units: 2}}]"
    (folder / "layers.yaml").write_text(
        f"data: {{dataset: digits}}\nmodel:\n  layers: {layers}\noptimizer: adam\n", encoding="utf-8"
    )
    error = run("train", "layers.yaml", "--json").document["error"]
    assert (error["key"], error["line"]) == ("model.layers[1]", 3)


@pytest.mark.parametrize("dataset", ["moons", "circles", "spirals", "planar_flower", "copying", "adding_problem"])
@pytest.mark.parametrize("examples", [10**12, 10**30])
def test_data_sets_that_exceed_the_memory(run, folder: Path, dataset: str, examples: int) -> None:
    setting = f"data.dataset={{name: {dataset}, examples: {examples}}}"
    outcome = run("train", "config.yaml", "--set", setting, "--json")
    assert (outcome.code, outcome.document["error"]["key"]) == (2, "data.dataset.examples")


@pytest.mark.parametrize(("dataset", "option"), [("circles", "factor: 1"), ("planar_flower", "petals: 3")])
def test_generated_classes_that_would_coincide(run, folder: Path, dataset: str, option: str) -> None:
    outcome = run("train", "config.yaml", "--set", f"data.dataset={{name: {dataset}, {option}}}", "--json")
    error = outcome.document["error"]
    assert (outcome.code, error["code"]) == (2, "out_of_range")
    assert error["key"] == f"data.dataset.{option.partition(':')[0]}"


def test_out_of_memory_names_the_module(run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("dlcli.api.train", fail)
    outcome = run("train", "config.yaml")
    assert outcome.code == 1
    assert "out of memory" in outcome.stderr
    assert "dlcli.cli.train" in outcome.stderr


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (ImportError("x.so: failed to map segment from shared object"), True),
        (RuntimeError("can't start new thread"), True),
        (ImportError("no module"), False),
        (RuntimeError("other"), False),
    ],
)
def test_libraries_and_threads_that_run_out_of_memory(error: Exception, is_memory: bool) -> None:
    assert entry._is_out_of_memory(error) == is_memory


def test_a_value_that_is_nested_too_deeply(run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr("dlcli.api.train", fail)
    outcome = run("train", "config.yaml")
    assert outcome.code == 3
    assert not any(bug in outcome.stderr for bug in BUGS)


def test_parameters_of_a_sweep_with_a_name_and_an_index_at_one_step(run, folder: Path) -> None:
    spaces = ["--param", "data.split.seed=[1,2]", "--param", "data[0].x=[1,2]", "--param", "seed=[1,2]"]
    error = run("sweep", "config.yaml", "--trials", "2", *spaces, "--json").document["error"]
    assert (error["kind"], error["key"]) == ("config", "data[0].x")


def bad_name(folder: Path, name: bytes) -> Path:
    path = folder / os.fsdecode(name)
    path.mkdir()
    return path


def test_folders_whose_names_are_not_utf_8(run, folder: Path) -> None:
    place = bad_name(folder, b"bad\xff")
    for name in ("config.yaml", "points.csv"):
        (place / name).write_bytes((folder / name).read_bytes())
    runs_dir = place / "runs"
    outcome = run("train", place / "config.yaml", "--runs-dir", runs_dir, "--set", "training.epochs=1", "--json")
    assert outcome.code == 0, outcome.document
    (path,) = runs_dir.iterdir()
    assert outcome.document["run"] == path.name
    for words in (["eval", path, "--json"], ["runs", "list", "--runs-dir", runs_dir, "--json"], ["runs", "show", path]):
        assert run(*words).code == 0
    assert run("resume", path, "--epochs", "2", "-q").code == 0
    assert "\\xff" in run("train", place / "none.yaml").stderr


def test_a_removed_working_directory(folder: Path) -> None:
    program = (
        "import os, sys, tempfile; place = tempfile.mkdtemp(); os.chdir(place); os.rmdir(place)\n"
        "from dlcli.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    config = str(folder / "config.yaml")
    for words in (["train", config, "-q"], ["train", config, "-q", "--set", "data.path=x"], ["runs", "list"]):
        ended = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
        assert ended.returncode in (0, 1)
        assert not any(bug in ended.stderr for bug in BUGS)


def test_an_environment_without_home_and_with_an_unknown_terminal(folder: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "TERM": "odd", "LANG": "xx", "COLUMNS": "0"}
    command = [sys.executable, "-m", "dlcli", "list", "layers"]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert "linear" in ended.stdout


def test_a_config_in_a_pipe_is_read_once(run, folder: Path) -> None:
    for text in ((folder / "config.yaml").read_bytes(), b"base: config.yaml\nspace: {seed: '[1, 2]'}\n"):
        read, write = os.pipe()
        os.write(write, text)
        os.close(write)
        outcome = run("config", "validate", f"/dev/fd/{read}", "--json")
        os.close(read)
        problems = outcome.document.get("error", {}).get("message", "")
        assert "no keys" not in problems
        assert outcome.document["checked"] == 1
