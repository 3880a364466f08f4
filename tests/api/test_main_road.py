"""What a training passes through: only what its config asks for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

import dlcli
from dlcli import api

PACKAGE = Path(dlcli.__file__).parent
INITIAL_WEIGHTS = "api/initial_weights"
#: Modules that a config asks for by `model.from`, `vectors` or `training.samples`.
SPECIAL = (
    *(f"api/initial_weights/{name}.py" for name in ("from_file", "from_run", "transferred", "weight_source")),
    "api/initial_weights/weights_file.py",
    "api/initial_weights/word_vectors.py",
    "api/language.py",
    "api/sample_writer.py",
    "data/text/word_vectors.py",
    "decoding/continuation.py",
    "nn/layer_roles.py",
    "nn/torch_weights.py",
    "nn/weight_match.py",
    "spec/transfer.py",
    "training/features.py",
)
LINES = """\
name: lines
data: {dataset: {format: lines, path: lines.txt}, split: {train: 0.5, dev: 0.5}, text: {tokenizer: character}}
task: language_modeling
model: {architecture: recurrent_language_model, cell: gru, embedding_units: 2, units: 4}
optimizer: adam
training: {epochs: 1, batch_size: 4}
"""


def passed(call: Callable[[], object]) -> set[str]:
    """Return the special modules of which a call runs a function."""
    assert [name for name in SPECIAL if not (PACKAGE / name).is_file()] == []
    ran: set[str] = set()

    def record(frame: FrameType, event: str, argument: object) -> None:
        ran.add(frame.f_code.co_filename)

    before = sys.getprofile()
    sys.setprofile(record)
    try:
        call()
    finally:
        sys.setprofile(before)
    assert str(PACKAGE / "training/trainer.py") in ran
    return {name for name in SPECIAL if str(PACKAGE / name) in ran}


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    (tmp_path / "lines.txt").write_text("a b\nb a\na a\nb b\n" * 4)
    (tmp_path / "lines.yaml").write_text(LINES)
    return tmp_path / "lines.yaml"


def test_a_model_trained_from_scratch_passes_no_special_module(config: Path, tmp_path: Path) -> None:
    assert passed(lambda: api.train(config, overrides=["training.epochs=2"], runs_dir=tmp_path / "runs")) == set()


def test_a_language_model_without_samples_passes_no_special_module(lines: Path, tmp_path: Path) -> None:
    assert passed(lambda: api.train(lines, runs_dir=tmp_path / "runs")) == set()


def test_a_resumed_run_passes_no_special_module(config: Path, tmp_path: Path) -> None:
    run = api.train(config, overrides=["training.epochs=2"], runs_dir=tmp_path / "runs")
    assert passed(lambda: api.resume(run.path, epochs=3)) == set()


def test_a_config_passes_what_it_asks_for(trained: api.Run, lines: Path, tmp_path: Path) -> None:
    config = tmp_path / "target.yaml"
    text = (trained.path / "config.yaml").read_text()
    config.write_text(text.replace("architecture: mlp, hidden_units: [8]", f"from: {trained.path}"))
    through = passed(lambda: api.train(config, runs_dir=tmp_path / "runs"))
    required = {f"{INITIAL_WEIGHTS}/from_run.py", "spec/transfer.py", "nn/weight_match.py"}
    assert required <= through
    assert not through & {f"{INITIAL_WEIGHTS}/from_file.py", f"{INITIAL_WEIGHTS}/word_vectors.py"}
    samples = ["training.samples={count: 1, length: 3}"]
    through = passed(lambda: api.train(lines, overrides=samples, runs_dir=tmp_path / "runs"))
    writers = {"api/language.py", "api/sample_writer.py", "decoding/continuation.py"}
    assert through == writers
