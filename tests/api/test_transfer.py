"""Transfer learning from a run or a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from dlcli import api
from dlcli.api import Run, build_trainer, start
from dlcli.core import ConfigError, DataError, DlcliError
from dlcli.runs import RunFolder
from dlcli.spec import load_spec
from dlcli.training import CheckpointStore

SOURCE = """\
name: source
data: {dataset: digits, classes: [0, 1, 2, 3, 4], normalize: {name: standard, per: all}}
model:
  layers:
    - conv2d: {filters: 4, kernel_size: 3, name: stem}
    - batch_norm
    - relu
    - dropout: {rate: 0.2}
    - flatten
    - linear: {units: 16}
    - relu
    - linear: {units: 5, name: classes}
optimizer: {name: adam, learning_rate: 3e-3}
training: {epochs: 3, batch_size: 64}
"""
TARGET = """\
name: target
data: {dataset: digits, classes: [5, 6, 7], split: {train: 0.5, dev: 0.25, test: 0.25, train_limit: 60}}
model: {from: source, train: head}
optimizer: {name: adam, learning_rate: 1e-2}
training: {epochs: 3, batch_size: 16}
"""

Train = Callable[..., Run]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained source run under runs/ and the config of a target."""
    folder = tmp_path_factory.mktemp("transfer")
    (folder / "source.yaml").write_text(SOURCE)
    (folder / "target.yaml").write_text(TARGET)
    api.train(folder / "source.yaml", runs_dir=folder / "runs")
    return folder


@pytest.fixture
def train(home: Path) -> Train:
    def trained(**overrides: Any) -> Run:
        named = {key.replace("__", "."): value for key, value in overrides.items()}
        return api.train(home / "target.yaml", overrides=named, runs_dir=home / "runs")

    return trained


def source_of(home: Path) -> Path:
    [found] = (home / "runs").glob("*-source-*")
    return found


def weights(run: Path) -> dict[str, np.ndarray]:
    return CheckpointStore(run / "checkpoints").load_weights("best")


def test_layers_and_scaling_come_from_the_source_and_only_the_head_is_trained(home: Path, train: Train) -> None:
    run = train()
    old, new = weights(source_of(home)), weights(run.path)
    assert new["classes.weight"].shape == (16, 3)
    for name, array in new.items():
        assert np.array_equal(array, old[name]) == (not name.startswith("classes.")), name
    resolved = load_spec(run.path / "config.resolved.yaml")
    assert resolved.model.transfer is not None
    assert resolved.model.transfer.source == str(source_of(home))
    assert resolved.model.layers is not None
    assert resolved.model.layers[-1].layer.options["units"] == 3
    assert resolved.data.normalize.name == "pretrained"
    scaling = [json.loads((path / "preprocessing.json").read_text())["scaling"] for path in (source_of(home), run.path)]
    assert scaling[0] == scaling[1]
    record = json.loads((run.path / "run.json").read_text())["initial_weights"]
    assert (record["new"], record["trained"]) == (["classes"], [])
    frozen = ["stem", "batch_norm_1", "linear_1"]
    assert record["frozen"] == frozen
    assert len(record["sha256"]) == 64
    log = (run.path / "train.log").read_text()
    assert "scratch: classes" in log
    assert f"frozen: {', '.join(frozen)}" in log
    assert "up to relu_2" in log


def test_the_resolved_config_trains_the_same_model_again(home: Path, train: Train, tmp_path: Path) -> None:
    first = train()
    again = api.train(first.path / "config.resolved.yaml", runs_dir=tmp_path)
    for name, array in weights(again.path).items():
        assert np.array_equal(array, weights(first.path)[name]), name


def test_a_trained_or_stopped_run_does_not_need_its_source(home: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(home / "runs", runs, ignore=shutil.ignore_patterns("*-target-*"))
    whole = api.train(home / "target.yaml", overrides={"training.epochs": 5}, runs_dir=runs)
    half = api.train(home / "target.yaml", overrides={"training.epochs": 2}, runs_dir=runs)
    for folder in runs.glob("*-source-*"):
        shutil.rmtree(folder)
    resumed = api.resume(half.path, epochs=5, runs_dir=runs)
    last = CheckpointStore(resumed.path / "checkpoints").load_weights("last")
    for name, array in CheckpointStore(whole.path / "checkpoints").load_weights("last").items():
        assert np.array_equal(array, last[name]), name
    assert api.evaluate(resumed.path).metrics["test/loss"] == pytest.approx(resumed.metrics["test/loss"])
    images = np.random.default_rng(0).integers(0, 17, (4, 8, 8, 1))
    assert set(api.load(resumed.path).predict(images)) <= {"5", "6", "7"}


def test_a_run_killed_before_its_first_checkpoint_begins_with_the_same_weights(
    home: Path, train: Train, tmp_path: Path
) -> None:
    whole = train()
    killed = tmp_path / whole.id
    shutil.copytree(whole.path, killed)
    shutil.rmtree(killed / "checkpoints")
    record = RunFolder(killed).record()
    RunFolder(killed).write_record(record.resume(["killed"]))
    resumed = api.resume(killed)
    for name, array in weights(resumed.path).items():
        assert np.array_equal(array, weights(whole.path)[name]), name
    record = RunFolder(killed).record()
    initial_weights = {**(record.initial_weights or {}), "sha256": "0" * 64}
    RunFolder(killed).write_record(replace(record, initial_weights=initial_weights))
    shutil.rmtree(killed / "checkpoints")
    with pytest.raises(DataError) as caught:
        api.resume(killed)
    assert caught.value.code == "changed_data"


def test_training_on_cached_features_equals_training_the_head(home: Path, tmp_path: Path) -> None:
    """The steps are the same whether the trunk is computed once or in every step."""
    spec = load_spec(home / "target.yaml")
    states: list[dict[str, np.ndarray]] = []
    losses: list[list[float]] = []
    for keep in (True, False):
        prepared, _ = start(spec, runs_dir=home / "runs")
        folder = RunFolder.create(tmp_path, "x")
        trainer = build_trainer(prepared, folder, None, keep_features=keep)
        assert (trainer.model is prepared.model) is not keep
        trainer.train()
        states.append({name: array.copy() for name, array in prepared.model.state_dict().items()})
        losses.append([record["dev/loss"] for record in folder.metrics()])
        assert not prepared.model.training
    for name, array in states[0].items():
        np.testing.assert_allclose(array, states[1][name], rtol=1e-4, atol=1e-5, err_msg=name)
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)


def test_tuned_layers_have_a_scaled_learning_rate_and_both_rates_are_logged(home: Path, train: Train) -> None:
    run = train(model__train=2, model__learning_rate_scale=0.1, training__epochs=1)
    old, new = weights(source_of(home)), weights(run.path)
    for name in ("stem.weight", "batch_norm_1.moving_mean"):
        assert np.array_equal(old[name], new[name])
    assert not np.array_equal(old["linear_1.weight"], new["linear_1.weight"])
    # a step of Adam is at most its learning rate: 4 steps of 0.001
    assert np.abs(old["linear_1.weight"] - new["linear_1.weight"]).max() <= 4.1e-3
    [record] = RunFolder(run.path).metrics()
    assert (record["learning_rate"], record["pretrained_learning_rate"]) == (0.01, pytest.approx(0.001))
    assert set(record["gradient_norm"]) == {"linear_1", "classes"}


def test_the_head_can_be_kept_for_the_same_number_of_classes(home: Path, train: Train) -> None:
    run = train(
        model__replace_head=False, data__classes=[5, 6, 7, 8, 9], model__learning_rate_scale=0.5, training__epochs=1
    )
    assert any("replace_head" in warning and "0 → 5" in warning for warning in run.warnings)
    [record] = RunFolder(run.path).metrics()
    assert record["learning_rate"] == pytest.approx(0.005)
    assert "pretrained_learning_rate" not in record


def test_another_scaling_gives_a_warning(train: Train) -> None:
    run = train(data__normalize="min_max", training__epochs=1)
    assert any("data.normalize" in warning and "min_max" in warning for warning in run.warnings)


def test_weights_are_read_from_a_file_with_dlcli_names(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "trunk.safetensors"
    save_file(weights(source_of(home)), file)
    text = SOURCE.replace("[0, 1, 2, 3, 4]", "[5, 6, 7]").replace("units: 5", "units: 3")
    text = text.replace("model:\n", "model:\n  from: trunk.safetensors\n  train: head\n")
    (tmp_path / "target.yaml").write_text(text)
    run = api.train(tmp_path / "target.yaml", runs_dir=tmp_path / "runs")
    assert np.array_equal(weights(run.path)["stem.weight"], weights(source_of(home))["stem.weight"])
    resolved = load_spec(run.path / "config.resolved.yaml")
    assert resolved.model.transfer is not None
    assert resolved.model.transfer.source == str(file)
    assert resolved.data.normalize.name == "standard"


def config_error(home: Path, **overrides: Any) -> DlcliError:
    named = {key.replace("__", "."): value for key, value in overrides.items()}
    with pytest.raises(DlcliError) as caught:
        api.train(home / "target.yaml", overrides=named, runs_dir=home / "runs")
    assert "\n" not in str(caught.value)
    assert caught.value.file is not None
    return caught.value


@pytest.mark.parametrize(
    ("overrides", "key", "names"),
    [
        ({"model__from": "sorce"}, "model.from", ["source?"]),
        ({"model__from": "/no/such/run"}, "model.from", ["/no/such/run"]),
        ({"model__from": "/no/such.safetensors"}, "model.from", ["/no/such.safetensors"]),
        ({"model__train": 99}, "model.train", ["99", "4"]),
        ({"model__reinitialize": ["stam"]}, "model.reinitialize[0]", ["'stam'", "stem?"]),
        ({"model__replace_head": False}, "model", ["classes", "5"]),
        ({"data__dataset": "iris", "data__classes": None}, "model.layers[0]", ["stem", "conv2d"]),
        (
            {"model": {"from": "source", "architecture": "mlp", "hidden_units": [16]}},
            "model.from",
            ["linear_1.weight", "(144, 16)", "(64, 16)"],
        ),
    ],
)
def test_errors_have_one_line_and_a_place(home: Path, overrides: dict[str, Any], key: str, names: list[str]) -> None:
    error = config_error(home, **overrides)
    assert all(name in error.message for name in names)
    assert error.key is not None
    assert error.key.startswith(key)


def test_a_run_that_does_not_exist_has_the_code_of_the_catalog(home: Path) -> None:
    error = config_error(home, model__from="sorce")
    assert (error.code, error.key) == ("unknown_run", "model.from")


def test_a_run_without_a_checkpoint_is_not_a_source(home: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(source_of(home), bare, ignore=shutil.ignore_patterns("checkpoints"))
    error = config_error(home, model__from=str(bare))
    assert isinstance(error, ConfigError)
    assert error.key == "model.from"
    assert "run bare" in error.message and "checkpoint" in error.message


def test_a_damaged_file_is_named(home: Path, tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{")
    error = config_error(home, model__from=str(tmp_path / "w.safetensors"))
    assert (error.exit_code, error.file) == (3, str(tmp_path / "w.safetensors"))


def test_a_file_has_no_layers(home: Path, tmp_path: Path) -> None:
    save_file(weights(source_of(home)), tmp_path / "w.safetensors")
    error = config_error(home, model__from=str(tmp_path / "w.safetensors"))
    assert (error.code, error.key) == ("missing_key", "model.from")


def test_gradient_checks_and_graphs_cover_the_whole_model(home: Path) -> None:
    report = api.check_gradients(home / "target.yaml", max_per_parameter=3, runs_dir=home / "runs")
    assert report.ok
    assert {check.parameter.partition(".")[0] for check in report.checks} == {
        "stem",
        "batch_norm_1",
        "linear_1",
        "classes",
    }
    rows = api.show(home / "target.yaml", runs_dir=home / "runs")
    assert (rows[0].name, rows[-1].output_shape) == ("stem", (3,))


def test_latency_is_that_of_the_whole_model(home: Path, train: Train) -> None:
    """Training on cached features runs the head only, but a constraint applies to the whole model."""
    run = train(evaluation__satisfice={"latency_ms": "<= 1000"}, training__epochs=2)
    records = RunFolder(run.path).metrics()
    assert len({record["latency_ms"] for record in records}) == 1  # measured once, before training
    assert "kept in memory" in (run.path / "train.log").read_text()


def to_torch(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights of linear layers in PyTorch's layout."""
    return {name: np.ascontiguousarray(array.T) for name, array in state.items()}


LINEAR = """\
data: {dataset: digits}
model:
  from: w.safetensors
  layers:
    - flatten
    - linear: {units: 16, name: fc1}
    - relu
    - linear: {units: 10, name: last}
optimizer: {name: adam, learning_rate: 1e-3}
training: {epochs: 1, batch_size: 256}
"""


@pytest.mark.parametrize("naming", ["dlcli", "torch"])
def test_unused_layers_of_a_file_are_an_error(tmp_path: Path, naming: str) -> None:
    generator = np.random.default_rng(0)
    state = {
        "fc1.weight": generator.standard_normal((64, 16)),
        "fc1.bias": np.zeros(16),
        "fc2.weight": generator.standard_normal((16, 16)),
        "fc2.bias": np.zeros(16),
        "last.weight": generator.standard_normal((16, 10)),
        "last.bias": np.zeros(10),
    }
    save_file(to_torch(state) if naming == "torch" else state, tmp_path / "w.safetensors")
    (tmp_path / "c.yaml").write_text(LINEAR)
    for replaced in (True, False):
        with pytest.raises(ConfigError) as caught:
            api.train(tmp_path / "c.yaml", overrides={"model.replace_head": replaced}, runs_dir=tmp_path)
        assert (caught.value.key, caught.value.line) == ("model.from", 3)
        assert "fc2.weight" in caught.value.message
        assert "fc1" not in caught.value.message
    run = api.train(tmp_path / "c.yaml", overrides={"model.ignore": ["fc2"]}, runs_dir=tmp_path)
    assert json.loads((run.path / "run.json").read_text())["initial_weights"]["naming"] == naming


def test_unused_layers_of_a_run_are_an_error(home: Path) -> None:
    layers = [
        {"conv2d": {"filters": 4, "kernel_size": 3, "name": "stem"}},
        "relu",
        "flatten",
        {"linear": {"units": 16}},
        "relu",
        {"linear": {"units": 3, "name": "classes"}},
    ]
    error = config_error(home, model={"from": "source", "layers": layers})
    assert error.key == "model.from"
    assert "batch_norm_1.gamma" in str(error)


def test_the_trunk_of_a_run_fits_another_head(home: Path, train: Train) -> None:
    layers = [
        {"conv2d": {"filters": 4, "kernel_size": 3, "name": "stem"}},
        "batch_norm",
        "relu",
        "flatten",
        {"linear": {"units": 16}},
        "relu",
        {"linear": {"units": 3, "name": "answers"}},
    ]
    run = train(model={"from": "source", "layers": layers}, training__epochs=1)
    assert run.metrics
