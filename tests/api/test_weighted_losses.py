"""Losses of experiments do not depend on `evaluation.batch_size`, and an evaluation repeats them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli import api

WEIGHTS = [1.0, 9.0, 0.5]


def write_table(folder: Path, rows: int = 300) -> None:
    generator = np.random.default_rng(0)
    x = generator.standard_normal((rows, 4))
    y = (x[:, 0] > 1).astype(int) + (x[:, 1] + 0.5 * generator.standard_normal(rows) > 1)
    lines = [",".join([*map("{:.6f}".format, row), f"c{label}"]) for row, label in zip(x, y, strict=True)]
    (folder / "d.csv").write_text("\n".join(["a,b,c,d,y", *lines]) + "\n", encoding="utf-8")


def write_sentences(folder: Path, sentences: int = 120) -> None:
    generator = np.random.default_rng(0)
    words = {"c0": ["the", "a"], "c1": ["dog", "cat"], "c2": ["runs", "sleeps"]}
    blocks = []
    for _ in range(sentences):
        labels = generator.choice(list(words), generator.integers(1, 9), p=[0.7, 0.2, 0.1])
        blocks.append("\n".join(f"{generator.choice(words[label])}\t{label}" for label in labels))
    (folder / "d.conll").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


MODELS = {
    "table": "dataset: {format: csv, path: d.csv, label: y}|{architecture: mlp, hidden_units: [8]}|classification",
    "sequences": (
        "dataset: {format: conll, path: d.conll}|"
        "{layers: [{embedding: {units: 6}}, {gru: {units: 6}}, {linear: {units: 3}}]}|sequence_labeling"
    ),
}


def config(folder: Path, kind: str, smoothing: float = 0.1) -> Path:
    data, model, task = MODELS[kind].split("|")
    file = folder / "c.yaml"
    file.write_text(
        f"data: {{{data}}}\nmodel: {model}\noptimizer: {{name: adam, learning_rate: 2e-2}}\n"
        f"task: {{name: {task}, loss: {{name: softmax_cross_entropy, class_weights: {WEIGHTS},"
        f" label_smoothing: {smoothing}}}}}\n"
        "training: {epochs: 5, batch_size: 16}\nevaluation: {optimize: dev/loss}\n",
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize("kind", MODELS)
def test_metrics_and_weights_do_not_depend_on_the_evaluation_batches(tmp_path: Path, kind: str) -> None:
    write_table(tmp_path)
    write_sentences(tmp_path)
    file = config(tmp_path, kind)
    runs = [
        api.train(file, overrides={"evaluation.batch_size": size}, runs_dir=tmp_path / "runs") for size in (1024, 7, 1)
    ]
    for run in runs[1:]:
        assert run.result.best_epoch == runs[0].result.best_epoch
        assert dict(run.metrics) == pytest.approx(dict(runs[0].metrics), rel=1e-5)
        for mine, other in zip(run.result.history, runs[0].result.history, strict=True):
            assert mine["train/loss"] == other["train/loss"]  # of training batches, whose size is the same
            assert mine["dev/loss"] == pytest.approx(other["dev/loss"], rel=1e-5)
    for split in ("dev", "test"):
        found = api.evaluate(runs[2].path, split=split)
        assert found.metrics[f"{split}/loss"] == pytest.approx(runs[0].metrics[f"{split}/loss"], rel=1e-5)


def test_the_loss_is_the_weighted_mean_over_the_split(tmp_path: Path) -> None:
    write_table(tmp_path)
    run = api.train(config(tmp_path, "table", smoothing=0), runs_dir=tmp_path / "runs")
    loaded = api.load(run.path)
    split = api.evaluation.stored_split(loaded, "dev", ["train", "dev", "test"])
    probabilities = loaded._predictions(split).probabilities
    assert probabilities is not None
    assert split.targets is not None
    c = np.array(WEIGHTS)[split.targets]
    each = -np.log(probabilities[np.arange(len(split)), split.targets].astype(np.float64))
    assert run.metrics["dev/loss"] == pytest.approx((c * each).sum() / c.sum(), rel=1e-5)


def test_one_epoch_of_one_step_has_the_loss_of_the_first_weights(tmp_path: Path) -> None:
    """An epoch's loss is Σ c ℓ / Σ c for any batch size; at a tiny learning rate, that of the initial weights."""
    write_table(tmp_path)
    file = config(tmp_path, "table", smoothing=0)
    losses = [
        api.train(
            file,
            overrides={"training.batch_size": size, "training.epochs": 1, "optimizer.learning_rate": 1e-12},
            runs_dir=tmp_path / "runs",
        ).result.history[0]["train/loss"]
        for size in ("full", 50, 7, 1)
    ]
    assert losses[1:] == pytest.approx([losses[0]] * 3, rel=1e-5)


def test_averaged_weights_with_batch_norm_are_saved_as_they_were_evaluated(tmp_path: Path) -> None:
    write_table(tmp_path)
    file = config(tmp_path, "table")
    run = api.train(
        file,
        overrides={"training.weight_average": {"decay": 0.99}, "model.batch_norm": True},
        runs_dir=tmp_path / "runs",
    )
    best = next(record for record in run.result.history if record["epoch"] == run.result.best_epoch)
    assert best["dev/loss"] == pytest.approx(run.metrics["dev/loss"], rel=1e-6)
    found = api.evaluate(run.path, split="dev")
    assert found.metrics == {name: value for name, value in run.metrics.items() if name.startswith("dev/")}
