"""Embeddings that start from a word vector file, which a trained model does not need."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli import api
from dlcli.api.initial_weights import load_word_vectors
from dlcli.assembly import build_experiment
from dlcli.core import ConfigError, DataError
from dlcli.spec import load_spec

CONFIG = """\
name: vectors
data:
  dataset: {format: csv, path: reviews.csv, text: review, label: mood}
model:
  layers:
    - embedding: {units: 2, vectors: words.txt, trainable: TRAINABLE}
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
    (tmp_path / "vectors.yaml").write_text(CONFIG.replace("TRAINABLE", "false"))
    (tmp_path / "trained.yaml").write_text(CONFIG.replace("TRAINABLE", "true"))
    return tmp_path


def test_known_words_start_from_the_file_and_the_others_at_random(folder: Path) -> None:
    experiment = build_experiment(load_spec(folder / "vectors.yaml", ["data.split.train=1.0"]))
    weight = experiment.model.state_dict()["embedding_1.weight"]
    before = weight.copy()
    numbers = experiment.data.preprocessor.vocabulary.index_of
    [origin] = load_word_vectors(experiment)
    assert f"3 of {len(numbers)} tokens" in origin
    assert "50 % of train" in origin  # fine or poor, of all words: (1 + 1 + 2 + 2) of (3 + 3 + 3 + 3)
    np.testing.assert_array_equal(weight[numbers["fine"]], [1, 2])
    np.testing.assert_array_equal(weight[numbers["poor"]], [-1, -2])
    np.testing.assert_array_equal(weight[numbers["film"]], before[numbers["film"]])
    np.testing.assert_array_equal(weight[0], 0)


def test_a_trained_model_does_not_need_the_file(folder: Path) -> None:
    run = api.train(folder / "vectors.yaml", runs_dir=folder / "runs")
    assert "3 of 10 tokens" in (run.path / "train.log").read_text()
    (folder / "words.txt").unlink()
    loaded = api.load(run.path)
    number = loaded.preprocessor.vocabulary.index_of["fine"]
    np.testing.assert_array_equal(loaded.model.state_dict()["embedding_1.weight"][number], [1, 2])  # frozen
    assert set(loaded.predict(["a fine film"])) <= {"good", "bad"}


def test_vectors_of_another_size(folder: Path) -> None:
    spec = load_spec(folder / "vectors.yaml", ["model.layers[0].embedding.units=3"])
    with pytest.raises(ConfigError) as raised:
        load_word_vectors(build_experiment(spec))
    assert raised.value.code == "wrong_shape"
    assert raised.value.line is not None


def test_the_check_of_the_data_reads_the_vectors(folder: Path) -> None:
    assert api.check_data(load_spec(folder / "trained.yaml")).examples == {"train": 12, "dev": 4, "test": 4}
    with pytest.raises(ConfigError) as raised:
        api.check_data(load_spec(folder / "trained.yaml", ["model.layers[0].embedding.units=3"]))
    assert (raised.value.code, raised.value.key) == ("wrong_shape", "model.layers[0].vectors")
    (folder / "words.txt").unlink()
    with pytest.raises(DataError) as missing:
        api.check_data(load_spec(folder / "trained.yaml"))
    assert missing.value.code == "missing_file"


@pytest.mark.parametrize(
    ("config", "overrides", "is_known"),
    [
        ("vectors.yaml", [], True),
        ("vectors.yaml", ["data.text.vocabulary.vector_words=2"], False),
        ("vectors.yaml", ["data.text.vocabulary.vector_words=0"], False),
        ("vectors.yaml", ["data.text.vocabulary.max_size=5"], False),
        ("vectors.yaml", ["data.text.tokenizer=byte_pair"], False),
        ("trained.yaml", [], False),
        ("trained.yaml", ["data.text.vocabulary.vector_words=3"], True),
    ],
)
def test_words_with_vectors_are_known_even_if_unseen(
    folder: Path, config: str, overrides: list[str], is_known: bool
) -> None:
    experiment = build_experiment(load_spec(folder / config, overrides))
    vocabulary = experiment.data.preprocessor.vocabulary
    assert ("unheard" in vocabulary.index_of) == is_known
    assert experiment.model.state_dict()["embedding_1.weight"].shape == (len(vocabulary), 2)
    if is_known:
        load_word_vectors(experiment)
        np.testing.assert_array_equal(
            experiment.model.state_dict()["embedding_1.weight"][vocabulary.index_of["unheard"]], [9, 9]
        )


def test_a_run_resumes_without_the_file(folder: Path) -> None:
    run = api.train(folder / "vectors.yaml", runs_dir=folder / "runs")
    (folder / "words.txt").unlink()
    assert "unheard" in api.load(run.path).preprocessor.vocabulary.index_of
    assert api.evaluate(run.path, split="train").num_examples == 12
    assert api.resume(run.path, epochs=2).path == run.path


def test_words_with_vectors_need_vectors(folder: Path) -> None:
    key = "data.text.vocabulary.vector_words"
    overrides = {key: 3, "model": {"layers": ["mean_over_time"]}}
    with pytest.raises(ConfigError) as error:
        build_experiment(load_spec(folder / "vectors.yaml", overrides))
    assert error.value.key == key


def test_a_language_model_predicts_the_words_of_the_training_set_only(folder: Path) -> None:
    (folder / "lines.txt").write_text("a fine film\na poor film\n" * 5)
    overrides = {
        "data.dataset": {"format": "lines", "path": "lines.txt"},
        "task": "language_modeling",
        "model.layers": [
            {"embedding": {"units": 2, "vectors": "words.txt", "trainable": False}},
            {"linear": {"units": 8}},
        ],
    }
    experiment = build_experiment(load_spec(folder / "vectors.yaml", overrides))
    assert "unheard" not in experiment.data.preprocessor.vocabulary.index_of
