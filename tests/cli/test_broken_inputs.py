"""Invalid input and system errors end in one line and the right exit code, without partial results."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEADER = "number,x1,x2,side\n"
GOOD = "p0,0.1,0.2,above\np1,0.2,0.1,below\n"

BROKEN_DATA = {
    "an empty file": "",
    "a header without rows": HEADER,
    "a missing label": HEADER + GOOD + "p2,0.3,0.4,\n",
    "an infinite number": HEADER + GOOD * 20 + "p2,inf,0.4,above\n",
    "a row that is too long": HEADER + GOOD + "p2,0.3,0.4,above,5\n",
    "no label column": "number,x1,x2\np0,1,2\n",
    "one class": HEADER + "p0,0.1,0.2,above\n" * 30,
    "invalid UTF-8": "\udcff\udcfe\udc80",
}
BROKEN_CONFIGS = {
    "an empty file": "",
    "a list": "- 1\n",
    "a tab": "data:\n\tdataset: iris\n",
    "an unknown key": "data: {dataset: iris}\nmodle: {architecture: mlp}\n",  # codespell:ignore modle
    "a null section": "data:\nmodel:\n",
    "invalid UTF-8": "name: \udcff\n",
}


def write(file: Path, text: str) -> None:
    file.write_bytes(text.encode("utf-8", "surrogateescape"))


def assert_one_line(outcome, code: int) -> None:
    assert outcome.code == code, outcome.stderr
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    assert "internal error" not in outcome.stderr


@pytest.mark.parametrize("text", BROKEN_DATA.values(), ids=BROKEN_DATA)
@pytest.mark.parametrize("command", ["train", "gradcheck"])
def test_broken_data(run, folder, command, text):
    write(folder / "points.csv", text)
    outcome = run(command, "config.yaml")
    assert_one_line(outcome, 3)
    assert not (folder / "runs").exists()
    assert run(command, "config.yaml", "--json").document["error"]["kind"] == "data"


def test_missing_data(run, folder):
    (folder / "points.csv").unlink()
    outcome = run("train", "config.yaml")
    assert_one_line(outcome, 3)
    assert str(folder) in outcome.stderr


@pytest.mark.parametrize("text", BROKEN_CONFIGS.values(), ids=BROKEN_CONFIGS)
@pytest.mark.parametrize("command", [("train",), ("show",), ("gradcheck",), ("config", "show"), ("config", "validate")])
def test_broken_configs(run, folder, command, text):
    write(folder / "config.yaml", text)
    outcome = run(*command, "config.yaml")
    assert_one_line(outcome, 2)
    assert outcome.stderr.startswith("config.yaml:")
    assert run(*command, "config.yaml", "--json").document["error"]["file"] == "config.yaml"


@pytest.mark.parametrize("command", [("train",), ("show",), ("gradcheck",), ("config", "show"), ("config", "validate")])
def test_a_missing_config(run, folder, command):
    assert_one_line(run(*command, "nowhere.yaml"), 2)


@pytest.mark.parametrize("command", ["eval", "predict"])
def test_new_data_of_another_shape(run, finished, folder, command):
    (folder / "other.csv").write_text("x1,z\n0.1,0.2\n")
    arguments = ("--data", "other.csv") if command == "eval" else ("other.csv",)
    outcome = run(command, finished, *arguments)
    assert_one_line(outcome, 3)
    assert "x2" in outcome.stderr


def test_new_data_that_is_not_a_number(run, finished, folder):
    (folder / "new.csv").write_text(HEADER + "p0,inf,0.4,above\n")
    assert_one_line(run("predict", finished, "new.csv"), 3)


def test_a_damaged_run(run, finished, folder):
    for weights in (folder / "runs").rglob("weights.safetensors"):
        weights.write_bytes(weights.read_bytes()[:-4] + b"oops")
    assert_one_line(run("eval", finished), 1)
    (folder / "runs" / finished / "run.json").write_text("{")
    assert_one_line(run("runs", "show", finished), 1)
    assert "damaged" in run("runs", "list").stdout


def test_training_that_diverges(run, folder):
    outcome = run("train", "config.yaml", "--set", "optimizer={name: sgd, learning_rate: 1e30}", "--quiet")
    assert_one_line(outcome, 5)
    (run_folder,) = (folder / "runs").iterdir()
    assert json.loads((run_folder / "run.json").read_text())["status"] == "diverged"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(run, folder):
    (folder / "runs").mkdir(mode=0o500)
    assert_one_line(run("train", "config.yaml", "--quiet"), 1)


def test_a_runs_folder_that_is_a_file(run, folder):
    (folder / "runs").write_text("")
    assert_one_line(run("train", "config.yaml", "--quiet"), 1)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_training_after_a_checkpoint_and_the_run_can_be_resumed(run, folder, sent, code):
    command = [sys.executable, "-m", "dlcli", "train", "config.yaml", "--set", "training.epochs=100000", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(folder.glob("runs/*/checkpoints/last.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(sent)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in stderr
    assert json.loads(stdout)["error"]["kind"] == "interrupted"
    (row,) = run("runs", "list", "--json").document["runs"]
    assert row["status"] == "interrupted"
    assert run("eval", row["id"], "--json").code == 0
    more = row["epochs"] + 2
    assert (
        run("resume", row["id"], "--set", f"training.epochs={more}", "--quiet", "--json").document["status"] == "done"
    )


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_after_training_is_recorded_and_the_run_can_be_finished(run, folder, monkeypatch, sent, code):
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before = signal.signal(sent, usual[sent])  # a process in the background may ignore Ctrl-C
    with monkeypatch.context() as patch:
        patch.setattr("dlcli.api.training.evaluate_splits", lambda *_: signal.raise_signal(sent))
        outcome = run("train", "config.yaml", "--quiet", "--json")
    signal.signal(sent, before)
    assert outcome.code == code
    assert outcome.document["error"]["kind"] == "interrupted"
    (row,) = run("runs", "list", "--json").document["runs"]
    assert row["status"] == "interrupted"
    finished = run("resume", row["id"], "--quiet", "--json")
    assert finished.document["status"] == "done"
    assert (folder / "runs" / row["id"] / "report" / "report.md").is_file()


def test_sigterm_while_data_is_read_is_one_line(run, folder, monkeypatch):
    monkeypatch.setattr("dlcli.assembly.data.load_data", lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM))
    outcome = run("train", "config.yaml")
    assert_one_line(outcome, 143)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    assert not (folder / "runs").exists()
