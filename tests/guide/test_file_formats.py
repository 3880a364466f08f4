"""The page on file formats names every field that a run and a sweep write, and no others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dlcli
from dlcli.guide import read_topic

CONFIG = """\
data: {dataset: {format: csv, path: people.csv, label: side}, split: {train: 0.6, dev: 0.2, test: 0.2}}
model: {architecture: mlp, hidden_units: [2]}
optimizer: {name: adam, learning_rate: 0.03}
regularization: {l1: 0.1, early_stopping: {metric: dev/error, patience: 5}}
training: {epochs: 2, batch_size: 32, log_every_steps: 2}
evaluation: {metrics: [accuracy, f1], positive_class: above, satisfice: {latency_ms: "<= 1000"}}
"""
SWEEP = """\
base: config.yaml
space: {optimizer.learning_rate: "log_uniform(1e-3, 1e-1)", training.batch_size: "choice(16, 32)"}
budget: {trials: 3}
execution: {workers: 1, seeds: 1}
final: {seeds: 1}
"""
#: files of a run → the section that documents them
RUN_FILES = {
    "run.json": "run.json",
    "preprocessing.json": "preprocessing.json",
    "graph.json": "graph.json",
    "metrics.jsonl": "metrics.jsonl",
    "checkpoints/best.json": "checkpoints",
    "checkpoints/last.json": "checkpoints",
    "checkpoints/epoch-0002/state.json": "checkpoints",
    "predictions/dev.jsonl": "predictions",
    "report/report.json": "report/report.json",
}
SWEEP_FILES = {
    "sweep.json": "sweep.json",
    "journal.jsonl": "journal.jsonl",
    "report/report.json": "report/report.json of a sweep",
}
#: documented for runs of other kinds: transfer, images, texts, regression, several heads
OTHER_KINDS = re.compile(
    r"initial_weights\..*|text\..*|targets\.(classes|scaling)\.\*|regression\[\]\..*|identical_units\[\]\..*|nats|value"
    r"|components\.\*|group|latency_ms|learning_rate_new|host\.threads\.\*|diagnosis\.gaps\[\]\.needed\[\]\..*|confusion\.most_confused.*"
    r"|head|heads\.\*|joint|stages.*|importances.*|encoder\[\]\.(categories|has_missing)|reason|positive_classes\.\*|probability"
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run and a sweep on a table of 80 people."""
    folder = tmp_path_factory.mktemp("formats")
    rows = [f"{k % 9},{k % 7},{'above' if k % 9 > 4 else 'below'}" for k in range(80)]
    (folder / "people.csv").write_text("\n".join(["height,weight,side", *rows]), encoding="utf-8")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "sweep.yaml").write_text(SWEEP, encoding="utf-8")
    run = dlcli.train(folder / "config.yaml", runs_dir=folder / "runs")
    return {"run": run.path, "sweep": dlcli.sweep(folder / "sweep.yaml", runs_dir=folder / "runs").path}


def sections() -> dict[str, set[str]]:
    """Heading → the names in the first column of its tables."""
    parts = re.split(r"^## (.+)$", read_topic("run_folder").markdown, flags=re.MULTILINE)[1:]
    return {
        heading: {name for row in re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE) for name in [row.strip("`")]}
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
    }


def fields(value: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of all values; objects in lists are `name[]`."""
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from fields(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for one in value:
            yield from fields(one, f"{path}[]")
    else:
        yield path


def is_named(path: str, names: set[str]) -> bool:
    """Whether a path is documented by its name, by `a.*`, or as a metric of a split."""
    if path in names or f"{path}.*" in names or re.sub(r"^(train|dev)/.*", r"\1/<metric>", path) in names:
        return True
    ends = [match.start() for match in re.finditer(r"\.", path)]
    return any(f"{path[:end]}.*" in names for end in ends)


def documents(file: Path) -> list[Any]:
    text = file.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if file.suffix == ".jsonl" else [json.loads(text)]


@pytest.mark.parametrize(
    ("kind", "file", "section"),
    [("run", *pair) for pair in RUN_FILES.items()] + [("sweep", *pair) for pair in SWEEP_FILES.items()],
)
def test_every_field_is_documented(folders: dict[str, Path], kind: str, file: str, section: str) -> None:
    names = sections()[section]
    written = {path for one in documents(folders[kind] / file) for path in fields(one)}
    assert {path for path in written if not is_named(path, names)} == set()


@pytest.mark.parametrize("kind", ["run", "sweep"])
def test_every_documented_field_is_written(folders: dict[str, Path], kind: str) -> None:
    files = RUN_FILES if kind == "run" else SWEEP_FILES
    written: dict[str, set[str]] = {}
    for file, section in files.items():
        for document in documents(folders[kind] / file):
            written.setdefault(section, set()).update(fields(document))
    documented = sections()
    stale = {
        f"{section}: {name}"
        for section, paths in written.items()
        for name in documented[section]
        if not OTHER_KINDS.fullmatch(name)
        if not any(is_named(path, {name}) or path.startswith((f"{name}.", f"{name}[]")) for path in paths)
        if name not in JOURNAL_EVENTS
    }
    assert stale == set()


JOURNAL_EVENTS = {
    *("begun", "proposed", "started", "epoch", "stopped", "lost", "ended", "again", "final", "tested", "over"),
}


@pytest.mark.parametrize("kind", ["run", "sweep"])
def test_every_file_is_documented(folders: dict[str, Path], kind: str) -> None:
    page = read_topic("run_folder").markdown
    names = {file.name for file in folders[kind].iterdir()} - {".lock"}
    assert {name for name in names if name.partition(".")[0] not in page or name not in page} == set()
