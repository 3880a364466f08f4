"""`dlcli sweep FILE`."""

from __future__ import annotations

import json

KEYS = {"sweep", "name", "search", "objective", "trials", "best", "final", "failures", "seconds", "warnings"}
RATE = "optimizer.learning_rate"


def test_results_on_stdout_and_rows_on_stderr(run, place):
    outcome = run("sweep", "sweep.yaml")
    assert outcome.code == 0, outcome.stderr
    (folder,) = (place / "runs").iterdir()
    assert RATE in outcome.stdout
    assert f"runs/{folder.name}" in outcome.stdout
    rows = [line.split() for line in outcome.stderr.splitlines()]
    assert rows[0] == ["trial", "dev/error", "status", "time", "parameters"]
    assert [row[0] for row in rows[1:4]] == ["0", "1", "2"]
    assert rows[1][2:4] == ["%", "*"]  # the first trial is the best so far


def test_json_and_quiet(run, place):
    outcome = run("sweep", "sweep.yaml", "--json", "--quiet")
    assert outcome.stderr == ""
    document = outcome.document
    assert set(document) == KEYS
    assert document["trials"] == {"done": 3}
    assert document["objective"] == {"metric": "dev/error", "higher_is_better": False, "constraints": []}
    assert document["failures"] == []
    best, final = document["best"], document["final"]
    assert 1e-3 <= best["values"][RATE] <= 1
    assert len(final["values"]) == 2
    assert "test/error" in final["test"]
    record = json.loads((place / best["folder"] / "run.json").read_text())
    assert record["status"] == "done"
    assert (place / final["run"] / "run.json").is_file()


def test_sweep_of_config(run, place):
    options = ("--param", f"{RATE}=log_uniform(1e-3, 1)", "--param", "training.batch_size=choice(16, 32)")
    options += ("--trials", "2", "--workers", "1", "--seed", "3", "--set", "training.epochs=1", "--json", "--quiet")
    document = run("sweep", "base.yaml", *options).document
    assert document["trials"] == {"done": 2}
    assert set(document["best"]["values"]) == {RATE, "training.batch_size"}
    (folder,) = (place / "runs").iterdir()
    lines = (folder / "trials/0001/metrics.jsonl").read_text().splitlines()
    assert len(lines) == 1  # one epoch


def test_violated_constraints(run, place):
    constraint = 'evaluation.satisfice={dev/error: "< 0"}'
    outcome = run("sweep", "sweep.yaml", "--trials", "1", "--set", constraint, "--json", "--quiet")
    assert outcome.code == 4
    assert outcome.document["best"]["violated"] == ["dev/error < 0"]
    assert outcome.document["error"]["code"] == "gate_not_met"
    assert "dev/error < 0" in outcome.document["error"]["message"]


def test_options_before_file(run, place):
    document = run("sweep", "--json", "--quiet", "--trials", "1", "--search", "grid", "sweep.yaml").document
    assert (document["search"], document["trials"]) == ("grid", {"done": 1})


def test_missing_file(run, place):
    outcome = run("sweep", "sweeps.yaml")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("sweeps.yaml: ")
    assert "sweep.yaml?" in outcome.stderr


def test_mistakes_have_places(run, place):
    text = (place / "sweep.yaml").read_text().replace("log_uniform(1e-3, 1)", "log_uniform(0, 1)")
    (place / "sweep.yaml").write_text(text)
    outcome = run("sweep", "sweep.yaml")
    assert outcome.code == 2
    assert outcome.stderr.startswith("sweep.yaml:3:")
    error = run("sweep", "base.yaml", "--param", f"{RATE}=uniform(0, 1)", "--search", "grdi").stderr
    assert error.startswith("--search grdi search:")
    assert "grid?" in error
    document = run("sweep", "base.yaml", "--param", "optimizer.learning_rat=uniform(0, 1)", "--json").document
    assert "learning_rate" in document["error"]["message"]
