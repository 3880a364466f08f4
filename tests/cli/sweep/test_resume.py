"""`dlcli sweep resume|retry-failed`, failing trials, and Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

#: Model with a petabyte of weights, which exceeds the memory of any machine.
FAILING = """\
base: base.yaml
overrides: {model: {architecture: mlp, hidden_units: [2]}, training.epochs: 1}
space: {model.hidden_units: "choice([4], [10000000000000])"}
search: grid
execution: {workers: 1}
final: null
"""


@pytest.fixture
def failing(place) -> str:
    (place / "failing.yaml").write_text(FAILING)
    return "failing.yaml"


def test_failed_trials_are_reported_and_retried(run, failing):
    outcome = run("sweep", failing)
    assert outcome.code == 6
    assert "model.hidden_units" in outcome.stdout  # the best of the others
    (row,) = [line for line in outcome.stderr.splitlines() if " failed " in line and "memory" in line]
    assert "10,000,000,000,000 elements" in row
    last = outcome.stderr.splitlines()[-1]
    assert "1 of 2" in last
    command = "dlcli sweep retry-failed"
    assert f"`{command}" in last
    (folder,) = Path("runs").iterdir()
    assert "memory" in run("sweep", "status", folder.name).stdout

    again = run("sweep", "retry-failed", folder.name, "--json", "--quiet")
    assert (again.code, again.stderr) == (6, "")
    document = again.document
    assert document["error"]["kind"] == "sweep"
    assert document["trials"] == {"done": 1, "failed": 1}
    (failure,) = document["failures"]
    assert "memory" in failure["reason"]
    assert document["best"]["values"] == {"model.hidden_units": [4]}
    events = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    assert [event["status"] for event in events if event["event"] == "ended"].count("failed") == 2


def test_fail_fast(run, failing, place):
    (place / failing).write_text(FAILING.replace("choice(", "choice([20000000000000], "))
    outcome = run("sweep", failing, "--fail-fast", "--json", "--quiet")
    assert outcome.code == 6
    sweep, trials = outcome.document["sweep"], outcome.document["trials"]
    assert (trials["failed"], trials["waiting"] >= 1) == (1, True)
    assert "memory" in outcome.document["error"]["message"]
    assert run("sweep", "resume", sweep, "--json", "--quiet").document["trials"] == {"failed": 2, "done": 1}


def test_document_without_result(run, failing, place):
    (place / failing).write_text(FAILING.replace("choice([4], ", "choice("))
    document = run("sweep", failing, "--json", "--quiet").document
    assert (document["best"], document["trials"]) == (None, {"failed": 1})
    assert run("sweep", "best", document["sweep"]).stdout.count("\n") == 1


def test_finished_sweep_resumes_with_more_trials(run, sweep, place):
    outcome = run("sweep", "resume", sweep, "--trials", "4")
    assert outcome.code == 0
    rows = [line.split() for line in outcome.stderr.splitlines()]
    assert rows[1][0] == "3"  # the others are not trained again
    assert run("sweep", "status", sweep, "--json").document["trials"] == {"done": 4}


def test_resume_has_no_option_that_changes_results(run, sweep):
    assert run("sweep", "resume", sweep, "--seed", "3").code == 2


def test_ctrl_c(run, place):
    text = (place / "sweep.yaml").read_text().replace("final: {seeds: 2}", "final: null")
    (place / "sweep.yaml").write_text(f"{text}overrides: {{training.epochs: 200}}\n")
    command = [sys.executable, "-m", "dlcli", "sweep", "sweep.yaml"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(600):
            if list(place.glob("runs/*/trials/0001/checkpoints")):
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    (folder,) = (place / "runs").iterdir()
    assert process.returncode == 130
    assert f"`dlcli sweep resume {folder.name}`" in errors.splitlines()[-1]
    assert run("sweep", "status", folder.name, "--json").document["status"] == "stopped"
    assert run("sweep", "resume", folder.name, "--json", "--quiet").document["trials"] == {"done": 3}
