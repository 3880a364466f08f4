"""Embeddings that start from a file of vectors: which rows do, and that a trained model needs the file no more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli import experiment
from dlcli.build import build_experiment
from dlcli.errors import ConfigError
from dlcli.experiment.word_vectors import start_from_vectors
from dlcli.spec import load_spec

CONFIG = """\
name: vectors
data:
  dataset: {format: csv, path: reviews.csv, text: review, label: mood}
model:
  layers:
    - embedding: {units: 2, vectors: words.txt, trainable: false}
    - mean_over_time
    - linear: {units: 1}
optimizer: adam
training: {epochs: 1}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = ["a fine film,good", "a poor film,bad", "fine fine acting,good", "poor poor acting,bad"] * 5
    (tmp_path / "reviews.csv").write_text("\n".join(["review,mood", *rows]) + "\n")
    (tmp_path / "words.txt").write_text("fine 1 2\npoor -1 -2\nunheard 9 9\n")
    (tmp_path / "vectors.yaml").write_text(CONFIG)
    return tmp_path


def test_known_words_start_from_the_file_and_the_others_at_random(folder: Path) -> None:
    made = build_experiment(load_spec(folder / "vectors.yaml"))
    weight = made.model.state_dict()["embedding_1.weight"]
    before = weight.copy()
    numbers = made.data.preprocessor.vocabulary.numbers
    assert start_from_vectors(made) == [f"embedding_1: 2 of {len(numbers)} tokens start from words.txt"]
    np.testing.assert_array_equal(weight[numbers["fine"]], [1, 2])
    np.testing.assert_array_equal(weight[numbers["poor"]], [-1, -2])
    np.testing.assert_array_equal(weight[numbers["film"]], before[numbers["film"]])
    np.testing.assert_array_equal(weight[0], 0)


def test_a_trained_model_has_them_and_needs_the_file_no_more(folder: Path) -> None:
    run = experiment.train(folder / "vectors.yaml", runs_dir=folder / "runs")
    assert "2 of" in (run.path / "train.log").read_text()
    (folder / "words.txt").unlink()
    loaded = experiment.load(run.path)
    number = loaded.preprocessor.vocabulary.numbers["fine"]
    np.testing.assert_array_equal(loaded.model.state_dict()["embedding_1.weight"][number], [1, 2])  # frozen
    assert set(loaded.predict(["a fine film"])) <= {"good", "bad"}


def test_vectors_of_another_size(folder: Path) -> None:
    spec = load_spec(folder / "vectors.yaml", ["model.layers[0].embedding.units=3"])
    with pytest.raises(ConfigError, match=r"words.txt has vectors of 2 numbers, the embedding of 3") as raised:
        start_from_vectors(build_experiment(spec))
    assert raised.value.line is not None
