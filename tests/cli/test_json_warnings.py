"""Warnings in the documents of `--json`: those that people see on stderr."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run, points

LINES = """\
name: words
data: {dataset: {format: lines, path: words.txt}, split: {train: 0.8, dev: 0.2}, text: {tokenizer: character}}
task: language_modeling
model: {architecture: recurrent_language_model, cell: rnn, embedding_units: 4, units: 4}
optimizer: adam
training: {epochs: 1}
"""


def test_predict_and_eval_say_what_they_ignore(run: Run, folder: Path, finished: str) -> None:
    header, *rows = points(5).splitlines()
    (folder / "new.csv").write_text("\n".join([f"{header},extra", *(f"{row},1" for row in rows)]))
    for command in (("predict", finished, "new.csv"), ("eval", finished, "--data", "new.csv")):
        outcome = run(*command, "--json")
        assert outcome.code == 0
        (warning,) = (one for one in outcome.document["warnings"] if "extra" in one)
        assert warning in " ".join(outcome.stderr.split())
        assert not any("extra" in one for one in run(*command[:-1], "points.csv", "--json").document["warnings"])


def test_score_says_which_characters_are_unknown(run: Run, folder: Path) -> None:
    (folder / "words.txt").write_text("cat\ndog\ncats\ndogs\n" * 20)
    (folder / "words.yaml").write_text(LINES)
    trained = run("train", "words.yaml", "--json").document["run"]
    (folder / "known.txt").write_text("cat\n")
    (folder / "new.txt").write_text("cat\n\nΩ\n")
    assert run("score", trained, "known.txt", "--json").document["warnings"] == []
    outcome = run("score", trained, "new.txt", "--json")
    blank, unknown = sorted(outcome.document["warnings"], key=lambda one: "new: " in one)
    assert "new.txt: 1 line " in blank and "1 of 4 tokens" in unknown
    assert [line["line"] for line in outcome.document["lines"]] == [1, 3]


def test_a_sweep_says_what_a_run_says(run: Run, folder: Path) -> None:
    """The classes are told by a column that is the label in other words."""
    rows = [row.split(",") for row in points().splitlines()[1:]]
    lines = ["number,x1,x2,told,side", *(",".join([*row[:3], row[3][0], row[3]]) for row in rows)]
    (folder / "points.csv").write_text("\n".join(lines))
    trained = run("train", "config.yaml", "--json").document["warnings"]
    (leak,) = (warning for warning in trained if "told" in warning)
    outcome = run(
        "sweep", "config.yaml", "--param", "optimizer.learning_rate=log_uniform(1e-3, 1e-1)", "--trials", "2",
        "--set", "training.epochs=1", "--json",
    )  # fmt: skip
    assert outcome.code == 0, outcome.document
    assert leak in outcome.document["warnings"]
