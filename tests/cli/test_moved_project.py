"""A project that was moved finds its data at the new location, and rejects other files with the same name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, Run, points


@pytest.fixture
def moved(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Working directory with a project that was trained and then moved."""
    project = tmp_path / "old" / "project"
    (project / "configs" / "data").mkdir(parents=True)
    (project / "configs" / "data" / "points.csv").write_text(points(), encoding="utf-8")
    (project / "configs" / "points.yaml").write_text(CONFIG.replace("data: {", "data: {path: data, ", 1))
    monkeypatch.chdir(project)
    assert run("train", "configs/points.yaml", "--set", "training.epochs=1", "--quiet").code == 0
    monkeypatch.chdir(tmp_path)
    project.parent.rename(tmp_path / "new")
    monkeypatch.chdir(tmp_path / "new" / "project")
    return tmp_path / "new" / "project"


def test_every_command_works_at_the_new_location(run: Run, moved: Path) -> None:
    [folder] = (moved / "runs").iterdir()
    for command in (
        ["eval", "points"],
        ["predict", "points", "configs/data/points.csv"],
        ["runs", "compare", "points", "points"],
        ["resume", "points", "--epochs", "2", "--quiet"],
        ["train", folder / "config.yaml", "--set", "training.epochs=1", "--quiet"],
    ):
        assert run(*command, "--json").code == 0, command


def test_another_file_with_the_same_name_is_rejected(run: Run, moved: Path) -> None:
    (moved / "configs" / "data" / "points.csv").write_text(points(200), encoding="utf-8")
    assert run("eval", "points").code == 3
    assert run("resume", "points", "--epochs", "2", "--quiet").code == 3


def test_data_that_was_moved_separately_can_be_set(run: Run, moved: Path) -> None:
    (moved / "configs" / "data").rename(moved / "elsewhere")
    assert run("eval", "points").code == 3
    for change in ("data.path=elsewhere", f"data.dataset.path={moved}/elsewhere/points.csv"):
        outcome = run("eval", "points", "--set", change, "--json")
        assert (outcome.code, sorted(outcome.document["metrics"])[0].startswith("test/")) == (0, True)
    assert run("eval", "points", "--set", "model.hidden_units=[3]").code == 2
