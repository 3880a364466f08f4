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


def failure(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        call()
    return str(caught.value).splitlines()


def test_a_sweep_file(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep)
    assert spec.name == "sweep"  # after its file
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


def test_what_is_left_out_has_its_default(load: Load) -> None:
    spec = load("base: base.yaml\nspace: {training.batch_size: [32, 64]}")
    assert (spec.search.name, spec.budget.trials, spec.budget.minutes) == ("random", 20, None)
    assert spec.final is not None
    assert (spec.final.seeds, spec.execution.threads, spec.execution.pruning) == (3, 1, None)


def test_another_limit_stands_in_for_the_number_of_trials(load: Load) -> None:
    text = "base: base.yaml\nspace: {training.batch_size: [32, 64]}\nbudget: {minutes: 5}\nfinal: null"
    spec = load(text)
    assert (spec.budget.trials, spec.budget.minutes, spec.final) == (None, 5.0, None)


def test_settings_stand_in_for_those_of_the_file(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep, settings={"budget.trials": 3, "search": "random", "seed": 9, "execution.pruning": None})
    assert (spec.budget.trials, spec.search.name, spec.seed, spec.execution.pruning) == (3, "random", 9, None)


def test_params_and_overrides_come_after_those_of_the_file(load: Load, good_sweep: str) -> None:
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


def test_a_config_becomes_a_sweep(load: Load, good_sweep: str) -> None:
    load(good_sweep)
    spec = sweep_of_config("base.yaml", [PARAM], overrides=["training.epochs=3"], settings={"budget.trials": 7})
    assert load_sweep("base.yaml", params=[PARAM], overrides=["training.epochs=3"], settings={"budget.trials": 7}) == (
        spec
    )
    assert (spec.name, spec.base, spec.budget.trials) == ("base", "base.yaml", 7)
    assert spec.trial_spec({"optimizer.learning_rate": 0.5}).optimizer.options["learning_rate"] == 0.5
    assert spec.base_spec().training.epochs == 3


def test_a_sweep_is_loaded_again_from_its_texts(load: Load, good_sweep: str) -> None:
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


def test_a_sweep_without_a_file_is_loaded_again_from_its_texts(load: Load, good_sweep: str) -> None:
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


def test_relative_paths_start_from_the_file_that_has_them(load: Load, tmp_path: Path) -> None:
    load("base: base.yaml\nspace: {training.batch_size: [32, 64]}")
    (tmp_path / "sweeps").mkdir()
    text = "base: ../base.yaml\noverrides: {data.path: shared}\nspace: {training.batch_size: [32], data.path: [own]}\n"
    (tmp_path / "sweeps/one.yaml").write_text(text)
    spec = load_sweep("sweeps/one.yaml")
    assert spec.base_file == Path("base.yaml")
    assert spec.base_spec().data.path == str(tmp_path / "sweeps/shared")
    assert spec.trial_spec({"data.path": "own"}).data.path == str(tmp_path / "sweeps/own")
    given = load_sweep("sweeps/one.yaml", overrides=["data.path=given"])
    assert given.base_spec().data.path == str(tmp_path / "given")
    plain = load_sweep("sweeps/one.yaml", settings={"overrides": {}})
    assert plain.base_spec().data.path == str(tmp_path)  # the folder of the base


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"settings": {"budget.trials": 0}}, "settings['budget.trials'] budget.trials: expected an integer greater"),
        ({"settings": {"search": "gird"}}, "settings['search'] search: 'gird': unknown search; did you mean grid?"),
        ({"settings": {"buget.trials": 1}}, "settings['buget.trials'] buget: unknown key; did you mean budget?"),
        ({"settings": {"budget..trials": 1}}, "settings['budget..trials']: 'budget..trials' is not a path"),
        ({"settings": {"budget[0]": 1}}, "settings['budget[0]'] budget[0]: budget is not a list"),
        (
            {"overrides": ["training.epoch=1"]},
            "--set training.epoch=1 training.epoch: unknown key; did you mean epochs?",
        ),
        ({"overrides": ["training.epochs"]}, "--set training.epochs: expected KEY=VALUE"),
        ({"params": ["depth"]}, "--param depth: expected NAME=TEXT, such as optimizer.learning_rate=log_uniform("),
        (
            {"params": ["depth=int_unifrom(1, 2)"]},
            "--param depth=int_unifrom(1, 2) space.depth: 'int_unifrom': unknown",
        ),
        ({"params": ["depth=[1"]}, "--param depth=[1 space.depth: this [ is not closed"),
    ],
)
def test_mistakes_on_the_command_line(load: Load, good_sweep: str, changes: dict[str, Any], message: str) -> None:
    [line] = failure(lambda: load(good_sweep, **changes))
    assert line.startswith(message)


def test_a_config_is_no_sweep_file(load: Load, good_sweep: str) -> None:
    load(good_sweep)
    [line] = failure(lambda: load_sweep("base.yaml"))
    assert line.startswith("base.yaml:3:1 data: this is the config of one experiment; say what to search with --param")


def test_a_sweep_file_is_no_config(load: Load, good_sweep: str) -> None:
    load(good_sweep)
    assert failure(lambda: load_spec("sweep.yaml")) == [
        "sweep.yaml:1:1 base: this is a sweep file, not a config; `dlcli sweep sweep.yaml` trains it"
    ]


def test_a_base_that_is_nowhere_on_the_command_line() -> None:
    with pytest.raises(InvalidConfigError) as caught:
        sweep_of_config("nowhere.yaml", [PARAM])
    assert str(caught.value) == "nowhere.yaml: there is no such file"


def test_mistakes_of_the_base_have_their_place_there(load: Load, good_sweep: str) -> None:
    load(good_sweep)
    Path("base.yaml").write_text("data: {dataset: digits\nmodel: mlp\n")
    [line] = failure(lambda: load_sweep("sweep.yaml"))
    assert line.startswith("base.yaml:1:7: this { is not closed")
