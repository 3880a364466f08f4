"""`dlcli sweep status|best|export-config`: what is read from a sweep's folder."""

from __future__ import annotations

import json

import pytest

RATE = "optimizer.learning_rate"


def cut(place, sweep: str) -> None:
    """Make the finished sweep one that was killed in its third trial, after the first epoch."""
    journal = place / "runs" / sweep / "journal.jsonl"
    kept = []
    for line in journal.read_text().splitlines(keepends=True):
        kept.append(line)
        record = json.loads(line)
        if record["event"] == "epoch" and record["trial"] == 2:
            break
    journal.write_text("".join(kept))


def test_all_sweeps_are_listed_the_newest_first(run, sweep, place):
    second = run("sweep", "sweep.yaml", "--trials", "1", "--json", "--quiet").document["sweep"]
    rows = run("sweep", "status", "--json").document["sweeps"]
    assert [row["id"] for row in rows] == [second, sweep]
    assert (rows[1]["status"], rows[1]["trials"], rows[1]["ended"], rows[1]["failed"]) == ("done", 3, 3, 0)
    lines = run("sweep", "status").stdout.splitlines()
    assert lines[-1].split()[:4] == [sweep, "done", "3/3", "0"]
    assert "dev/error" in lines[-1]


def test_no_sweep_is_no_error(run, place):
    outcome = run("sweep", "status")
    assert (outcome.code, outcome.stdout, outcome.stderr) == (0, "", "no sweeps in runs\n")
    assert run("sweep", "status", "--json").document == {"sweeps": []}


def test_a_sweep_is_found_by_the_beginning_of_its_id_and_by_its_name(run, sweep):
    for name in (sweep, sweep[:12], "rates", f"runs/{sweep}"):
        assert run("sweep", "status", name, "--json").document["sweep"] == sweep


def test_a_finished_sweep(run, sweep):
    document = run("sweep", "status", sweep, "--json").document
    assert (document["status"], document["process"], document["running"]) == ("done", None, [])
    assert document["trials"] == {"done": 3}
    shown = run("sweep", "status", sweep).stdout
    assert "3 done" in shown
    assert "dev/error, lower is better" in shown
    assert RATE in shown


def test_a_sweep_that_was_killed(run, sweep, place):
    cut(place, sweep)
    document = run("sweep", "status", sweep, "--json").document
    assert document["status"] == "stopped"
    (trial,) = document["running"]
    assert (trial["trial"], trial["status"], trial["epoch"], trial["epochs"]) == (2, "interrupted", 1, 2)
    shown = run("sweep", "status", sweep).stdout
    assert f"`dlcli sweep resume {sweep}` goes on" in shown
    assert "1/2" in shown


def test_the_best_configuration(run, sweep, place):
    document = run("sweep", "best", sweep, "--json").document
    assert set(document) == {"sweep", "objective", "best", "final"}
    trials = [json.loads((place / f"runs/{sweep}/trials/{it:04d}/run.json").read_text()) for it in range(3)]
    errors = [trial["metrics"]["dev/error"] for trial in trials]
    assert document["best"]["value"] == min(errors)
    assert document["best"]["trial"] == errors.index(min(errors))
    assert (document["best"]["seeds"], document["best"]["spread"]) == (1, None)
    final = document["final"]
    assert final["mean"] == pytest.approx(sum(final["values"]) / 2)
    shown = run("sweep", "best", sweep).stdout
    assert "± " in shown  # the two seeds of the final training
    assert final["run"] in shown


def test_the_exported_config_is_one_that_trains_to_the_same_error(run, sweep, place):
    outcome = run("sweep", "export-config", sweep)
    assert (outcome.code, outcome.stderr) == (0, "")
    (place / "exported.yaml").write_text(outcome.stdout)
    best = run("sweep", "best", sweep, "--json").document["best"]
    metrics = run("train", "exported.yaml", "--json", "--quiet").document["metrics"]
    assert metrics["dev/error"] == best["value"]


def test_the_config_of_any_trial_is_exported_to_a_file(run, sweep, place):
    outcome = run("sweep", "export-config", sweep, "--trial", "2", "-o", "configs/two.yaml")
    assert (outcome.code, outcome.stdout) == (0, "")
    assert "dlcli train configs/two.yaml" in outcome.stderr
    shown = run("config", "show", "configs/two.yaml", "--json").document
    trial = run("config", "show", f"runs/{sweep}/trials/0002/config.resolved.yaml", "--json").document
    assert shown["optimizer"] == trial["optimizer"]


def test_a_file_that_is_there_is_not_written_over(run, sweep, place):
    before = (place / "base.yaml").read_text()
    assert run("sweep", "export-config", sweep, "-o", "base.yaml").code == 2
    assert (place / "base.yaml").read_text() == before
    assert (
        run("sweep", "export-config", sweep, "-o", "base.yaml", "--force", "--json").document["output"] == "base.yaml"
    )
    assert (place / "base.yaml").read_text() != before


def test_a_trial_that_is_not_there_is_a_usage_error(run, sweep):
    outcome = run("sweep", "export-config", sweep, "--trial", "7")
    assert (outcome.code, outcome.stdout) == (2, "")


@pytest.mark.parametrize("command", ["status", "resume", "retry-failed", "best", "export-config"])
def test_a_sweep_that_is_not_there_is_a_usage_error(run, sweep, command):
    near = sweep[:-1] + ("0" if sweep[-1] != "0" else "1")
    outcome = run("sweep", command, near)
    assert outcome.code == 2
    assert f"did you mean {sweep}?" in outcome.stderr
