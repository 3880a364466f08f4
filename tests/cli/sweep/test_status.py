"""`dlcli sweep status|best|export-config`."""

from __future__ import annotations

import json

import pytest

RATE = "optimizer.learning_rate"


def truncate_journal(place, sweep: str) -> None:
    """Truncate the journal as if the sweep had been killed after the first epoch of its third trial."""
    journal = place / "runs" / sweep / "journal.jsonl"
    lines = []
    for line in journal.read_text().splitlines(keepends=True):
        lines.append(line)
        record = json.loads(line)
        if record["event"] == "epoch" and record["trial"] == 2:
            break
    journal.write_text("".join(lines))


def test_list_of_sweeps_newest_first(run, sweep, place):
    second = run("sweep", "sweep.yaml", "--trials", "1", "--json", "--quiet").document["sweep"]
    rows = run("sweep", "status", "--json").document["sweeps"]
    assert [row["id"] for row in rows] == [second, sweep]
    assert (rows[1]["status"], rows[1]["trials"], rows[1]["ended"], rows[1]["failed"]) == ("done", 3, 3, 0)
    lines = run("sweep", "status").stdout.splitlines()
    assert lines[-1].split()[:4] == [sweep, "done", "3/3", "0"]
    assert "dev/error" in lines[-1]


def test_empty_list(run, place):
    outcome = run("sweep", "status")
    assert (outcome.code, outcome.stdout) == (0, "")
    (line,) = outcome.stderr.splitlines()
    assert line.startswith("no sweeps ") and line.endswith(" runs")
    assert run("sweep", "status", "--json").document == {"sweeps": []}


def test_sweep_by_id_prefix_name_and_folder(run, sweep):
    for name in (sweep, sweep[:12], "rates", f"runs/{sweep}"):
        assert run("sweep", "status", name, "--json").document["sweep"] == sweep


def test_status_of_finished_sweep(run, sweep):
    document = run("sweep", "status", sweep, "--json").document
    assert (document["status"], document["process"], document["running"]) == ("done", None, [])
    assert document["trials"] == {"done": 3}
    shown = run("sweep", "status", sweep).stdout
    assert "3 done" in shown
    assert "dev/error, lower" in shown
    assert RATE in shown


def test_status_of_killed_sweep(run, sweep, place):
    truncate_journal(place, sweep)
    document = run("sweep", "status", sweep, "--json").document
    assert document["status"] == "stopped"
    (trial,) = document["running"]
    assert (trial["trial"], trial["status"], trial["epoch"], trial["epochs"]) == (2, "interrupted", 1, 2)
    shown = run("sweep", "status", sweep).stdout
    assert f"`dlcli sweep resume {sweep}`" in shown
    assert "1/2" in shown


def test_best(run, sweep, place):
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
    assert "± " in shown  # standard deviation of the final training
    assert final["run"] in shown


def test_exported_config_trains_to_same_error(run, sweep, place):
    outcome = run("sweep", "export-config", sweep)
    assert (outcome.code, outcome.stderr) == (0, "")
    (place / "exported.yaml").write_text(outcome.stdout)
    best = run("sweep", "best", sweep, "--json").document["best"]
    metrics = run("train", "exported.yaml", "--json", "--quiet").document["metrics"]
    assert metrics["dev/error"] == best["value"]


def test_export_of_trial_to_file(run, sweep, place):
    file = "configs/two.yaml"
    outcome = run("sweep", "export-config", sweep, "--trial", "2", "-o", file)
    assert (outcome.code, outcome.stdout) == (0, "")
    assert f"dlcli train {file}" in outcome.stderr
    shown = run("config", "show", file, "--json").document
    trial = run("config", "show", f"runs/{sweep}/trials/0002/config.resolved.yaml", "--json").document
    assert shown["optimizer"] == trial["optimizer"]


def test_export_does_not_overwrite_file(run, sweep, place):
    before = (place / "base.yaml").read_text()
    assert run("sweep", "export-config", sweep, "-o", "base.yaml").code == 2
    assert (place / "base.yaml").read_text() == before
    assert (
        run("sweep", "export-config", sweep, "-o", "base.yaml", "--force", "--json").document["output"] == "base.yaml"
    )
    assert (place / "base.yaml").read_text() != before


def test_unknown_trial(run, sweep):
    outcome = run("sweep", "export-config", sweep, "--trial", "7")
    assert (outcome.code, outcome.stdout) == (2, "")


@pytest.mark.parametrize("command", ["status", "resume", "retry-failed", "best", "export-config"])
def test_unknown_sweep(run, sweep, command):
    similar = sweep[:-1] + ("0" if sweep[-1] != "0" else "1")
    outcome = run("sweep", command, similar)
    assert outcome.code == 2
    assert f"did you mean {sweep}?" in outcome.stderr


@pytest.mark.parametrize("whole", [0, 1, 4])
def test_a_journal_that_is_cut_off_is_reported_with_its_line(run, sweep, place, whole):
    """The problem is named by the list, by the status of the sweep, and by its resumption, which mends it."""
    journal = place / "runs" / sweep / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:whole]) + lines[whole][:-5])
    position = f"journal.jsonl:{whole + 1}:"
    (row,) = run("sweep", "status", "--json").document["sweeps"]
    assert row["status"] == "stopped"
    assert position in row["problem"]
    assert position in run("sweep", "status", sweep, "--json").document["problem"]
    for arguments in ([], [sweep]):
        outcome = run("sweep", "status", *arguments)
        assert outcome.stderr.replace("\n", "").count(position) == 1
    resumed = run("sweep", "resume", sweep, "--json").document
    assert any(position in warning for warning in resumed.get("warnings", ())), resumed
    assert run("sweep", "status", sweep, "--json").document["problem"] is None


def test_a_sweep_without_a_journal_is_reported(run, sweep, place):
    (place / "runs" / sweep / "journal.jsonl").unlink()
    (row,) = run("sweep", "status", "--json").document["sweeps"]
    assert (row["status"], row["trials"]) == ("stopped", 0)
    assert "journal.jsonl" in row["problem"]
    for command, code in (("best", 0), ("export-config", 2)):
        outcome = run("sweep", command, sweep)
        assert outcome.code == code
        assert "journal.jsonl" in outcome.stderr


def test_a_damaged_sweep_says_what_is_damaged_and_hides_no_other(run, sweep, place):
    record = place / "runs" / "20260101T000000Z-rates-aaaaaa" / "sweep.json"
    record.mkdir(parents=True)
    rows = run("sweep", "status", "--json").document["sweeps"]
    assert [(row["id"], row["status"]) for row in rows] == [(sweep, "done"), (record.parent.name, "damaged")]
    assert "sweep.json" in rows[1]["problem"]
    assert rows[0]["problem"] is None
