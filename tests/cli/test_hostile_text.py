"""Control characters in files are never interpreted: terminals, logs and pages get escapes, JSON the exact text."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from dlcli.core import printable

NAMES = ("cat\x1b[31m", "dog\x1b]0;t\x07\n|`x`| <b>b</b>", "[bold]cow[/bold]\u202e[link=http://x]")
#: what must not reach a terminal, a log or a page
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def hostile(folder: Path) -> Path:
    """Config and table with control sequences in the names of classes, ids and columns."""
    draw = random.Random(0)
    lines = ["i\x1b[1md,x\x1b[2m,y,label"]
    for number in range(120):
        name = NAMES[number % 3].replace('"', '""')
        lines.append(f'n\x1b[3m{number},{number % 3 + 3 * draw.random():.3f},{draw.random():.3f},"{name}"')
    (folder / "t\x1b[4m.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = folder / "hostile\x1b[5m.yaml"
    config.write_text(
        'data: {dataset: {format: csv, path: "t\\e[4m.csv", label: label, id: "i\\e[1md"}, '
        "split: {train: 0.6, dev: 0.2, test: 0.2}}\n"
        "model: {architecture: mlp, hidden_units: [4]}\noptimizer: adam\ntraining: {epochs: 3}\n",
        encoding="utf-8",
    )
    return config


def test_names_are_escaped_in_text_and_exact_in_json(run, hostile: Path, folder: Path) -> None:
    trained = run("train", hostile.name, "--runs-dir", "runs\x1b[6m")
    assert trained.code == 0, trained.stderr
    (place,) = (folder / "runs\x1b[6m").iterdir()
    outputs = [trained.stdout, trained.stderr]
    for words in (["eval", place], ["runs", "list"], ["runs", "show", place], ["runs", "compare", place, place]):
        outcome = run(*words, *(["--runs-dir", "runs\x1b[6m"] if words[0] == "runs" else []))
        assert outcome.code == 0, outcome.stderr
        outputs += [outcome.stdout, outcome.stderr]
    outputs += [run(*words).stderr for words in (["train", "no\x1b[7m.yaml"], ["runs", "show", "no\x1b[7m"])]
    outputs += [run("train", hostile.name, "--set", "a\x1b[8m=1").stderr, run("x\x1b[9m").stderr]
    outputs += [(place / name).read_text(encoding="utf-8") for name in ("train.log", "report/report.md")]
    for output in outputs:
        assert not OBEYED.search(output)
    page = (place / "report/report.md").read_text(encoding="utf-8")
    assert "<b>" not in page.replace("\\<b>", "")
    shown = "".join(outputs)
    assert printable(NAMES[0]) in shown
    assert "[bold]cow[/bold]" in shown  # markup of rich is text
    report = run("eval", place, "--json")
    assert report.code == 0
    names = run("predict", place, folder / "t\x1b[4m.csv")
    assert names.code == 0
    assert {name for name in NAMES if name.split("\n")[0] in names.stdout} == set(NAMES)


def test_json_of_an_error_is_exact(run, folder: Path) -> None:
    document = run("train", "no\x1b[7m.yaml", "--json").document
    assert document["error"]["file"] == "no\x1b[7m.yaml"


@pytest.mark.parametrize("columns", ["0", "-3", "x", "", "9" * 30])
def test_an_invalid_width_loses_no_output(run, folder: Path, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    from dlcli.cli import console

    console.results.cache_clear()
    try:
        with monkeypatch.context() as patch:  # pytest itself writes lines of this width
            patch.setenv("COLUMNS", columns)
            output = run("list", "layers").stdout
    finally:
        console.results.cache_clear()
    assert "linear" in output
