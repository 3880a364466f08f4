"""`dlcli sweep FILE`."""

from __future__ import annotations

import json

KEYS = {"sweep", "name", "search", "objective", "trials", "best", "final", "failures", "seconds", "warnings"}
RATE = "optimizer.learning_rate"


def test_results_go_to_stdout_and_one_row_a_trial_to_stderr(run, place):
    outcome = run("sweep", "sweep.yaml")
    assert outcome.code == 0, outcome.stderr
    (made,) = (place / "runs").iterdir()
    assert RATE in outcome.stdout
    assert f"runs/{made.name}" in outcome.stdout
    rows = [line.split() for line in outcome.stderr.splitlines()]
    assert rows[0] == ["trial", "dev/error", "status", "time", "parameters"]
    assert [row[0] for row in rows[1:4]] == ["0", "1", "2"]
    assert rows[1][2:4] == ["%", "*"]  # the first is the best so far


def test_json_is_one_document_and_quiet_is_quiet(run, place):
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


def test_a_config_is_searched_without_a_file(run, place):
    options = ("--param", f"{RATE}=log_uniform(1e-3, 1)", "--param", "training.batch_size=choice(16, 32)")
    options += ("--trials", "2", "--workers", "1", "--seed", "3", "--set", "training.epochs=1", "--json", "--quiet")
    document = run("sweep", "base.yaml", *options).document
    assert document["trials"] == {"done": 2}
    assert set(document["best"]["values"]) == {RATE, "training.batch_size"}
    (made,) = (place / "runs").iterdir()
    lines = (made / "trials/0001/metrics.jsonl").read_text().splitlines()
    assert len(lines) == 1  # one epoch


def test_a_sweep_fails_when_no_trial_satisfies_the_constraints(run, place):
    constraint = 'evaluation.satisfice={dev/error: "< 0"}'
    outcome = run("sweep", "sweep.yaml", "--trials", "1", "--set", constraint, "--json", "--quiet")
    assert outcome.code == 4
    assert outcome.document["best"]["violated"] == ["dev/error < 0"]
    assert outcome.document["error"]["message"] == "no trial satisfies dev/error < 0"


def test_options_go_before_the_file_as_well(run, place):
    document = run("sweep", "--json", "--quiet", "--trials", "1", "--search", "grid", "sweep.yaml").document
    assert (document["search"], document["trials"]) == ("grid", {"done": 1})


def test_a_file_that_is_not_there_is_named_with_the_nearest(run, place):
    outcome = run("sweep", "sweeps.yaml")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert outcome.stderr == "sweeps.yaml: there is no such file; did you mean sweep.yaml?\n"


def test_mistakes_are_reported_at_their_place(run, place):
    text = (place / "sweep.yaml").read_text().replace("log_uniform(1e-3, 1)", "log_uniform(0, 1)")
    (place / "sweep.yaml").write_text(text)
    outcome = run("sweep", "sweep.yaml")
    assert outcome.code == 2
    assert outcome.stderr.startswith("sweep.yaml:3:")
    assert run("sweep", "base.yaml", "--param", f"{RATE}=uniform(0, 1)", "--search", "grdi").stderr.startswith(
        "--search grdi search: 'grdi': unknown search; did you mean grid?"
    )
    document = run("sweep", "base.yaml", "--param", "optimizer.learning_rat=uniform(0, 1)", "--json").document
    assert "learning_rate" in document["error"]["message"]
