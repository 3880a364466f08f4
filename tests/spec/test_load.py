from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dlcli.core import InvalidConfigError
from dlcli.spec import Spec, load_spec, spec_from_text

Check = Callable[..., Spec]


@pytest.fixture
def config(tmp_path: Path, good: str) -> Path:
    (tmp_path / "configs").mkdir()
    file = tmp_path / "configs" / "mine.yaml"
    file.write_text(good, encoding="utf-8")
    return file


def test_a_spec_remembers_where_it_came_from(config: Path, good: str) -> None:
    spec = load_spec(str(config), ["seed=3"])
    assert (spec.file, spec.source_text, spec.overrides) == (config, good, ("seed=3",))
    assert (spec.name, spec.seed) == ("digits-mlp", 3)


@pytest.mark.parametrize(
    ("stem", "name"), [("mlp_adult", "mlp_adult"), ("my config (2)", "my-config--2"), ("été", "t"), ("…", "experiment")]
)
def test_the_default_name_is_that_of_the_file(layered: str, stem: str, name: str) -> None:
    assert spec_from_text(layered, file=f"configs/{stem}.yaml").name == name


def test_the_default_path_of_the_data_is_the_folder_of_the_config(config: Path, good: str) -> None:
    assert load_spec(config).data.path == str(config.parent)


def test_a_relative_path_starts_at_the_config(config: Path, good: str) -> None:
    config.write_text(good.replace("dataset: digits", "dataset: digits\n  path: ../data"), encoding="utf-8")
    assert load_spec(config).data.path == str(config.parent / ".." / "data")


def test_a_relative_path_in_an_override_starts_at_the_working_directory(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_spec("configs/mine.yaml", ["data.path=data"]).data.path == str(tmp_path / "data")
    assert load_spec("configs/mine.yaml").data.path == str(tmp_path / "configs")


@pytest.mark.parametrize(
    ("path", "end"), [("~/data", "/data"), ("/abs", "/abs"), ("~nobody-here/data", "~nobody-here/data")]
)
def test_home_folders(check: Check, layered: str, path: str, end: str) -> None:
    absolute = check(layered, f"data.path={path}").data.path
    assert absolute is not None
    assert absolute.endswith(end)
    assert absolute.startswith("/")


def test_all_mistakes_are_in_the_order_of_the_file(good: str) -> None:
    text = good.replace("seed: 7", "seed: x").replace("epochs: 30", "epochs: 0, epochs: 1")
    text += "trainig: {}\n"  # codespell:ignore trainig
    with pytest.raises(InvalidConfigError) as caught:
        spec_from_text(text, file="config.yaml")
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (2, "seed"),
        (17, "training.epochs"),
        (17, "training.epochs"),
        (23, "trainig"),
    ]


def test_the_consistency_of_sections_is_checked_despite_mistakes_elsewhere(good: str) -> None:
    text = good.replace("dev: 0.2, test: 0.2", "test: 0.4").replace("max_norm: 5", "max_norm: -5")
    with pytest.raises(InvalidConfigError) as caught:
        spec_from_text(text, file="config.yaml")
    assert [problem.key for problem in caught.value.problems] == [
        "regularization.early_stopping.metric",
        "training.gradient_clipping.max_norm",
        "evaluation.optimize",
    ]


def test_unreadable_values_are_not_checked() -> None:
    with pytest.raises(InvalidConfigError) as caught:
        spec_from_text("data: *x\nmodel: !!str a\n1: 2\noptimizer: adam\n", file="config.yaml")
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [(1, 7), (2, 8), (3, 1)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("lenet", "lenet"),  # name of a run, or the beginning of its id
        ("../runs/lenet", "{folder}/../runs/lenet"),
        ("lenet.safetensors", "{folder}/lenet.safetensors"),
        ("/models/lenet.pth", "/models/lenet.pth"),
    ],
)
def test_the_source_of_weights_is_a_run_or_a_path_relative_to_the_config(
    config: Path, source: str, expected: str
) -> None:
    config.write_text(f"data: {{dataset: digits}}\nmodel: {{from: {source}}}\noptimizer: adam\n", encoding="utf-8")
    transfer = load_spec(config).model.transfer
    assert transfer is not None
    assert transfer.source == expected.format(folder=config.parent)


def test_the_path_of_weights_in_an_override_starts_at_the_working_directory(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    transfer = load_spec(config, ["model.from=runs/lenet"]).model.transfer
    assert transfer is not None
    assert transfer.source == str(tmp_path / "runs" / "lenet")
