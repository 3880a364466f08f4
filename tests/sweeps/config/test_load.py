"""Loading of sweeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlcli.core import ConfigError, InvalidConfigError
from dlcli.spec import load_spec
from dlcli.sweeps.config import SweepSpec, load_sweep, sweep_from_texts, sweep_of_config

Load = Callable[..., SweepSpec]
PARAM = "optimizer.learning_rate=log_uniform(1e-4, 1e-1)"


def only_problem(call: Callable[[], object]) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        call()
    [problem] = caught.value.problems if isinstance(caught.value, InvalidConfigError) else [caught.value]
    return problem


def test_sweep_file(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep)
    assert spec.name == "sweep"  # name of the file
    assert (spec.file, spec.base_file) == (Path("sweep.yaml"), Path("base.yaml"))
    assert (spec.source_text, spec.base_text) == (good_sweep, Path("base.yaml").read_text())
    assert [*spec.space] == [
        "optimizer.learning_rate",
        "optimizer.name",
        "optimizer.beta1",
        "depth",
        "width",
        "model.hidden_units",
        "training.batch_size",
    ]
    assert (spec.search.name, spec.search.options["stages"]) == ("coarse_to_fine", 3)
    assert spec.execution.pruning is not None
    assert (spec.budget.trials, spec.execution.workers, spec.execution.pruning.name) == (12, 2, "median")


def test_defaults(load: Load) -> None:
    spec = load("base: base.yaml\nspace: {training.batch_size: [32, 64]}")
    assert (spec.search.name, spec.budget.trials, spec.budget.minutes) == ("random", 20, None)
    assert spec.final is not None
    assert (spec.final.seeds, spec.execution.threads, spec.execution.pruning) == (3, 1, None)


def test_other_limit_replaces_default_number_of_trials(load: Load) -> None:
    text = "base: base.yaml\nspace: {training.batch_size: [32, 64]}\nbudget: {minutes: 5}\nfinal: null"
    spec = load(text)
    assert (spec.budget.trials, spec.budget.minutes, spec.final) == (None, 5.0, None)


def test_settings_replace_values_of_file(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep, settings={"budget.trials": 3, "search": "random", "seed": 9, "execution.pruning": None})
    assert (spec.budget.trials, spec.search.name, spec.seed, spec.execution.pruning) == (3, "random", 9, None)


def test_params_and_overrides_are_appended(load: Load, good_sweep: str) -> None:
    spec = load(
        good_sweep,
        params=["depth=choice(1, 2)", "training.batch_size=[8, 16]"],
        overrides=["training.epochs=3", "evaluation.metrics+=accuracy"],
    )
    assert [*spec.space][-2:] == ["depth", "training.batch_size"]
    assert spec.space["training.batch_size"].plain() == [8, 16]
    assert spec.overrides == {"training.epochs": 3, "evaluation.metrics+": "accuracy"}
    base = spec.base_spec()
    assert (base.training.epochs, [metric.name for metric in base.evaluation.metrics]) == (3, ["accuracy"])


def test_sweep_of_config(load: Load, good_sweep: str) -> None:
    load(good_sweep)
    spec = sweep_of_config("base.yaml", [PARAM], overrides=["training.epochs=3"], settings={"budget.trials": 7})
    assert load_sweep("base.yaml", params=[PARAM], overrides=["training.epochs=3"], settings={"budget.trials": 7}) == (
        spec
    )
    assert (spec.name, spec.base, spec.budget.trials) == ("base", "base.yaml", 7)
    assert spec.trial_spec({"optimizer.learning_rate": 0.5}).optimizer.options["learning_rate"] == 0.5
    assert spec.base_spec().training.epochs == 3


def test_sweep_from_stored_texts(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep, settings={"budget.trials": 3})
    file, base_file = str(spec.file.absolute()), str(spec.base_file.absolute())
    base_text = spec.base_text
    for path in (Path("sweep.yaml"), Path("base.yaml")):
        path.unlink()
    again = sweep_from_texts(spec.to_yaml(), file=file, base_text=base_text, base_file=base_file)
    assert again == spec
    assert again.to_yaml() == spec.to_yaml()
    assert again.base_spec() == spec.base_spec()
    more = sweep_from_texts(
        spec.to_yaml(), file=file, base_text=base_text, base_file=base_file, settings={"budget.trials": 9}
    )
    assert more.budget.trials == 9


def test_sweep_of_config_from_stored_texts(load: Load, good_sweep: str) -> None:
    load(good_sweep)
    spec = sweep_of_config("base.yaml", [PARAM, "data.path=choice(here, there)"])
    again = sweep_from_texts(
        spec.source_text,
        file=str(spec.file.absolute()),
        base_text=spec.base_text,
        base_file=str(spec.base_file.absolute()),
    )
    assert again == spec
    assert again.trial_spec({"data.path": "here"}) == spec.trial_spec({"data.path": "here"})


def test_relative_paths(load: Load, tmp_path: Path) -> None:
    load("base: base.yaml\nspace: {training.batch_size: [32, 64]}")
    (tmp_path / "sweeps").mkdir()
    text = "base: ../base.yaml\noverrides: {data.path: shared}\nspace: {training.batch_size: [32], data.path: [own]}\n"
    (tmp_path / "sweeps/one.yaml").write_text(text)
    spec = load_sweep("sweeps/one.yaml")
    assert spec.base_file == Path("base.yaml")
    assert spec.base_spec().data.path == str(tmp_path / "sweeps/shared")
    assert spec.trial_spec({"data.path": "own"}).data.path == str(tmp_path / "sweeps/own")
    overridden = load_sweep("sweeps/one.yaml", overrides=["data.path=other"])
    assert overridden.base_spec().data.path == str(tmp_path / "other")
    plain = load_sweep("sweeps/one.yaml", settings={"overrides": {}})
    assert plain.base_spec().data.path == str(tmp_path)  # the folder of the base


@pytest.mark.parametrize(
    ("changes", "file", "key", "code", "words"),
    [
        ({"settings": {"budget.trials": 0}}, "settings['budget.trials']", "budget.trials", "out_of_range", "0"),
        ({"settings": {"search": "gird"}}, "settings['search']", "search", "unknown_name", "did you mean grid?"),
        ({"settings": {"buget.trials": 1}}, "settings['buget.trials']", "buget", "unknown_key", "budget?"),
        ({"settings": {"budget..trials": 1}}, "settings['budget..trials']", None, None, "budget..trials"),
        ({"settings": {"budget[0]": 1}}, "settings['budget[0]']", "budget[0]", None, "budget"),
        ({"overrides": ["training.epoch=1"]}, "--set training.epoch=1", "training.epoch", "unknown_key", "epochs?"),
        ({"overrides": ["training.epochs"]}, "--set training.epochs", None, None, "KEY=VALUE"),
        ({"params": ["depth"]}, "--param depth", None, None, "NAME=TEXT"),
        ({"params": ["depth=int_unifrom(1, 2)"]}, "--param depth=int_unifrom(1, 2)", "space.depth", None, "unifrom"),
        ({"params": ["depth=[1"]}, "--param depth=[1", "space.depth", "syntax_error", "["),
    ],
)
def test_mistakes_in_arguments(
    load: Load, good_sweep: str, changes: dict[str, Any], file: str, key: str | None, code: str | None, words: str
) -> None:
    problem = only_problem(lambda: load(good_sweep, **changes))
    assert (problem.file, problem.key) == (file, key)
    assert code in (None, problem.code)
    assert words in problem.message


def test_config_instead_of_sweep_file(load: Load, good_sweep: str) -> None:
    load(good_sweep)
    problem = only_problem(lambda: load_sweep("base.yaml"))
    assert (problem.file, problem.line, problem.column, problem.key) == ("base.yaml", 3, 1, "data")
    assert "--param" in problem.message


def test_sweep_file_instead_of_config(load: Load, good_sweep: str) -> None:
    load(good_sweep)
    problem = only_problem(lambda: load_spec("sweep.yaml"))
    assert (problem.file, problem.line, problem.column, problem.key) == ("sweep.yaml", 1, 1, "base")
    command = "dlcli sweep sweep.yaml"
    assert command in problem.message


def test_missing_base() -> None:
    problem = only_problem(lambda: sweep_of_config("nowhere.yaml", [PARAM]))
    assert (problem.file, problem.code) == ("nowhere.yaml", "missing_file")


def test_syntax_error_in_base(load: Load, good_sweep: str) -> None:
    load(good_sweep)
    Path("base.yaml").write_text("data: {dataset: digits\nmodel: mlp\n")
    problem = only_problem(lambda: load_sweep("sweep.yaml"))
    assert (problem.file, problem.line, problem.column, problem.code) == ("base.yaml", 1, 7, "syntax_error")
