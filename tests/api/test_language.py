"""Language models from a text file to samples: hidden states, stopped runs, scores."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcli
from dlcli.api import load, sample, score
from dlcli.api.language import sample_texts
from dlcli.core import ConfigError, DataError, RunInterruptedError, rng
from dlcli.data import Batch, TextSizes
from dlcli.decoding import TokenChoice
from dlcli.nn import evaluation_mode
from dlcli.optim import Adam
from dlcli.training import compute_outputs, evaluate_split

TEXT = "the cat sat on the mat. the dog sat on the log.\nthe cat and the dog ran. \n" * 20

STREAM = """\
name: cats
data:
  dataset: {{format: text, path: {text}}}
  split: {{train: 0.8, dev: 0.2}}
  text: {{tokenizer: character, window: 9}}
task: language_modeling
model: {{architecture: recurrent_language_model, cell: {cell}, embedding_units: 8, units: 16, dropout_rate: 0.1}}
optimizer: {{name: adam, learning_rate: 1e-2}}
training: {{epochs: 2, batch_size: 4, stateful: true, checkpoint: {{every_steps: 5}}}}
"""

LINES = """\
name: words
data: {{dataset: {{format: lines, path: {text}}}, split: {{train: 0.8, dev: 0.2}}, text: {{tokenizer: character}}}}
task: language_modeling
model: {{architecture: recurrent_language_model, cell: gru, embedding_units: 8, units: 16}}
optimizer: {{name: adam, learning_rate: 1e-2}}
training: {{epochs: 3, batch_size: 8, samples: {{every_epochs: 2, count: 2, length: 12, prompt: ca}}}}
"""


def write(folder: Path, config: str, text: str = TEXT, **options: str) -> Path:
    (folder / "text.txt").write_text(text)
    path = folder / "config.yaml"
    path.write_text(config.format(text="text.txt", **options))
    return path


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    return dlcli.train(write(tmp_path, STREAM, cell="lstm"), runs_dir=tmp_path / "runs").path


@pytest.fixture
def words(tmp_path: Path) -> Path:
    lines = "\n".join(np.random.default_rng(0).choice(["cat", "cats", "dog", "dogs", "mouse"], 200))
    return dlcli.train(write(tmp_path, LINES, lines), runs_dir=tmp_path / "runs").path


def weights(run: Path) -> bytes:
    last = json.loads((run / "checkpoints/last.json").read_text())["checkpoint"]
    return (run / "checkpoints" / last / "weights.safetensors").read_bytes()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_stateful_run_stopped_within_an_epoch_resumes_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    config = write(tmp_path, STREAM, cell=cell)
    whole = dlcli.train(config, runs_dir=tmp_path / "whole").path
    update = Adam.update

    def interrupted(self: Adam, *arguments: Any) -> None:
        if self.steps == 17:  # in the middle of the first epoch
            os.kill(os.getpid(), signal.SIGTERM)
        update(self, *arguments)

    monkeypatch.setattr(Adam, "update", interrupted)
    with pytest.raises(RunInterruptedError):
        dlcli.train(config, runs_dir=tmp_path / "stopped")
    monkeypatch.undo()
    (stopped,) = (tmp_path / "stopped").iterdir()
    position = json.loads((stopped / "checkpoints/last.json").read_text())
    assert position["checkpoint"] == "epoch-0001-step-00000017"
    dlcli.resume(stopped)
    assert weights(stopped) == weights(whole)


def test_stateful_evaluation_equals_one_long_pass(stream: Path) -> None:
    loaded = load(stream)
    dev = loaded.read(stream.parents[1] / "text.txt", require_targets=True)
    whole = dev.inputs
    flat = np.concatenate([dev.gather(np.array([k])).inputs[0] for k in range(len(dev) - 1)])
    following = np.concatenate([dev.gather(np.array([k])).targets[0] for k in range(len(dev) - 1)])
    assert whole.continuous
    stateful = evaluate_split(loaded.model, loaded.task, dev, [], batch_size=1, stateful=True, keep_predictions=True)
    (outputs,) = compute_outputs(loaded.model, [Batch(flat[None], following[None])])
    long_pass, _ = loaded.task.pair_predictions(outputs, following[None])
    assert stateful.predictions is not None
    np.testing.assert_allclose(stateful.predictions.nats[:-1].sum(), long_pass.nats[0], rtol=1e-5)
    stateless = evaluate_split(loaded.model, loaded.task, dev, [], batch_size=1)
    assert stateless.metrics["loss"] > stateful.metrics["loss"]  # the preceding windows help


def test_parallel_streams_cover_every_token(stream: Path) -> None:
    loaded = load(stream)
    dev = loaded.read(stream.parents[1] / "text.txt", require_targets=True)
    for rows in (1, 3, 7, len(dev), len(dev) + 5):
        evaluation = evaluate_split(
            loaded.model, loaded.task, dev, [], batch_size=rows, stateful=True, keep_predictions=True
        )
        assert evaluation.truth is not None
        assert isinstance(evaluation.truth, TextSizes)
        assert evaluation.truth.tokens.sum() == len(TEXT)
        np.testing.assert_array_equal(evaluation.truth.tokens[:-1], 9)  # in the order of the windows


def test_an_evaluation_does_not_change_the_hidden_state(stream: Path) -> None:
    loaded = load(stream)
    dev = loaded.read(stream.parents[1] / "text.txt", require_targets=True)
    loaded.model.set_stateful(True)
    loaded.model.forward(dev.gather(np.array([0])).inputs)
    before = {name: state.copy() for name, state in loaded.model.hidden_states().items()}
    assert before
    with evaluation_mode(loaded.model):
        loaded.model.forward(dev.gather(np.array([3])).inputs)
    for name, state in loaded.model.hidden_states().items():
        np.testing.assert_array_equal(state, before[name])


def test_samples_begin_with_the_prompt_and_follow_the_seed(words: Path) -> None:
    texts = sample(words, prompt="ca", count=4, length=10, seed=3)
    assert len(texts) == 4
    assert all(text.startswith("ca") and len(text) <= 12 for text in texts)
    assert texts == sample(words, prompt="ca", count=4, length=10, seed=3)
    assert texts != sample(words, prompt="ca", count=4, length=10, seed=4)
    assert len(set(sample(words, count=3, temperature=0))) == 1


def test_greedy_samples_are_the_most_probable_tokens_of_a_long_pass(stream: Path) -> None:
    loaded = load(stream)
    (text,) = sample(stream, prompt="the ", length=20, temperature=0)
    encoder = loaded.preprocessor.text
    tokens = np.concatenate([[2], encoder.indices(text)])  # <BOS>
    (outputs,) = compute_outputs(loaded.model, [Batch(tokens[None], None)])
    np.testing.assert_array_equal(outputs[0, 4:-1, 4:].argmax(axis=1) + 4, tokens[5:])


def test_unknown_characters_of_a_prompt_are_remarked(words: Path) -> None:
    remarks: list[str] = []
    sample(words, prompt="Ωat", length=3, remark=remarks.append)
    assert len(remarks) == 1 and "1 unknown token" in remarks[0]


def test_samples_are_in_the_log(words: Path) -> None:
    log = (words / "train.log").read_text()
    assert any("sample 2 " in line and "epoch 2: 'ca" in line for line in log.splitlines())
    assert "after epoch 1:" not in log


def test_scores_add_up_to_the_metrics_of_an_evaluation(words: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    file.write_text("cat\nmouse\nxyz\n")
    lines = list(score(words, file))
    assert [line.text for line in lines[:2]] == ["cat", "mouse"]
    assert [line.tokens for line in lines] == [4, 6, 4]
    assert lines[2].nats > lines[0].nats
    evaluation = dlcli.evaluate(words, data=file).metrics
    total = sum(line.nats for line in lines) / sum(line.tokens for line in lines)
    assert total == pytest.approx(
        next(value for name, value in evaluation.items() if "nats_per_token" in name), rel=1e-5
    )
    assert lines[0].perplexity == pytest.approx(np.exp(lines[0].nats / 4))


def test_lines_of_a_continuous_text_are_scored_given_the_preceding_text(stream: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    text = "the cat sat on the mat.\nthe cat sat on the mat.\nthe end"
    file.write_text(text)
    lines = list(score(stream, file))
    assert [line.text for line in lines] == text.split("\n")
    assert [line.tokens for line in lines] == [24, 24, 7]
    assert lines[0].nats != lines[1].nats
    assert [line.line for line in lines] == [1, 2, 3]


def test_line_numbers_are_those_of_the_file(words: Path, stream: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    file.write_bytes(b"cat\n\n \r\nmouse\r\n\ndog")
    lines = list(score(words, file))
    assert [(line.line, line.id, line.text) for line in lines] == [(1, 1, "cat"), (4, 4, "mouse"), (6, 6, "dog")]
    assert [(line.line, line.text) for line in score(stream, file) if line.text.strip()] == [
        (1, "cat"),
        (4, "mouse".replace("u", "<UNK>")),
        (6, "dog"),
    ]
    table = tmp_path / "new.jsonl"
    table.write_text('{"text": "cat"}\n\n{"text": "dog"}\n')
    assert [(line.line, line.id) for line in score(words, table)] == [(1, 0), (3, 1)]
    (tmp_path / "new.csv").write_text('text\n"cat\ndog"\nmouse\n')
    assert [(line.line, line.id) for line in score(words, tmp_path / "new.csv")] == [(2, 0), (4, 1)]


def test_a_continuous_text_of_words_has_a_score_for_each_line(tmp_path: Path) -> None:
    config = write(tmp_path, STREAM.replace("character, window: 9", "word, window: 5"), cell="gru")
    run = dlcli.train(config, runs_dir=tmp_path / "runs").path
    file = tmp_path / "new.txt"
    file.write_text("\nthe cat sat on the mat.\r\n\nthe dog and the cat ran on the log and on the mat.\n \nthe end")
    lines = list(score(run, file))
    assert [line.line for line in lines] == [2, 4, 6]
    assert [line.tokens for line in lines] == [7, 14, 2]
    assert lines[0].text == file.read_text().splitlines()[1]
    file.write_text(file.read_text().replace("\n", " "))
    [whole] = score(run, file)
    assert (whole.line, whole.tokens) == (1, 23)
    assert whole.nats == pytest.approx(sum(line.nats for line in lines), rel=1e-5)


def test_other_models_neither_sample_nor_score(tmp_path: Path) -> None:
    config = tmp_path / "iris.yaml"
    config.write_text("data: {dataset: iris}\nmodel: {architecture: softmax_regression}\noptimizer: {name: sgd}\n")
    run = dlcli.train(config, overrides={"training.epochs": 1}, runs_dir=tmp_path / "runs").path
    for use in (lambda: sample(run), lambda: list(score(run, config))):
        with pytest.raises(ConfigError) as caught:
            use()
        assert caught.value.code == "not_applicable"
    with pytest.raises(ConfigError) as caught:
        dlcli.train(config, overrides=["training.samples={count: 1}"], runs_dir=tmp_path / "runs")
    assert caught.value.key == "training.samples"


def test_a_missing_or_empty_file_is_named(words: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        list(score(words, tmp_path / "nowhere.txt"))
    assert caught.value.code == "missing_file"
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(DataError) as caught:
        list(score(words, tmp_path / "empty.txt"))
    assert "empty.txt" in str(caught.value.file)


def test_stateful_training_needs_a_continuous_text(tmp_path: Path) -> None:
    config = write(tmp_path, LINES, "one\ntwo\nthree\nfour\nfive\nsix\n" * 5)
    with pytest.raises(ConfigError) as caught:
        dlcli.train(config, overrides={"training.stateful": True}, runs_dir=tmp_path / "runs")
    assert caught.value.key == "training.stateful"


@pytest.mark.parametrize("average", ["null", "{decay: 0.99}"])
def test_samples_of_an_epoch_come_from_the_weights_that_are_evaluated(tmp_path: Path, average: str) -> None:
    """The best checkpoint has the evaluated weights, so its samples are those of the epoch."""
    lines = "\n".join(np.random.default_rng(0).choice(["cat", "cats", "dog", "dogs", "mouse"], 200))
    samples = {"every_epochs": 3, "count": 8, "length": 12}
    overrides = [f"training.weight_average={average}", f"training.samples={samples}", "evaluation.optimize=dev/loss"]
    run = dlcli.train(write(tmp_path, LINES, lines), overrides=overrides, runs_dir=tmp_path / "runs")
    assert json.loads((run.path / "checkpoints/best.json").read_text())["epoch"] == 3
    loaded = load(run.path)
    texts = sample_texts(
        loaded.model,
        loaded.preprocessor.text,
        prompt="",
        count=8,
        length=12,
        choice=TokenChoice(),
        generator=rng.generator(0, "sample", 3),
    )
    log = (run.path / "train.log").read_text()
    samples = [line for line in log.splitlines() if "after epoch 3" in line]
    assert len(samples) == 8
    assert all(line.endswith(repr(text)) for line, text in zip(samples, texts, strict=True))
