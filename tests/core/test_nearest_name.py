"""Suggestions: synonyms of the field, misspellings, and no suggestion for anything else."""

from __future__ import annotations

import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.core import registry
from dlcli.core.nearest_name import SYNONYMS, nearest_name
from dlcli.spec import Sections
from dlcli.spec.hints import known_paths

KEYS = ["epochs", "batch_size", "max_steps", "gradient_clipping", "shuffle", "drop_last"]


@pytest.mark.parametrize(
    ("query", "candidates", "expected"),
    [
        ("lr", ["learning_rate", "beta1"], "learning_rate"),
        ("bs", KEYS, "batch_size"),
        ("BatchSize", KEYS, "batch_size"),
        ("n_epochs", KEYS, "epochs"),
        ("epoch", KEYS, "epochs"),
        ("gradient_accumulation", KEYS, None),
        ("clip_grad_norm", KEYS, "gradient_clipping"),
        ("monitor", ["metric", "patience", "mode"], "metric"),
        ("sep", ["path", "delimiter", "text"], "delimiter"),
        ("target", ["path", "label", "text"], "label"),
        ("val", ["train", "dev", "test"], "dev"),
        ("wd", ["l1", "l2", "weight_decay"], "weight_decay"),
        ("dropout_rate", ["l1", "dropout"], "dropout"),
        ("dropout", ["units", "dropout_rate"], "dropout_rate"),
        ("sdg", ["sgd", "adam"], "sgd"),
        ("teh", ["the"], "the"),
        ("zzz", ["sgd", "adam"], None),
        ("", ["sgd"], None),
    ],
)
def test_keys(query: str, candidates: list[str], expected: str | None) -> None:
    assert nearest_name(query, candidates) == expected


@pytest.mark.parametrize(
    ("kind", "query", "expected"),
    [
        ("metric", "rmse", "root_mean_squared_error"),
        ("metric", "mae", "mean_absolute_error"),
        ("metric", "auc", "roc_auc"),
        ("metric", "balanced_accuracy", "macro_recall"),
        ("metric", "acuracy", "accuracy"),
        ("metric", "mean", None),
        ("loss", "mse", "mean_squared_error"),
        ("loss", "cross_entropy", "softmax_cross_entropy"),
        ("layer", "dense", "linear"),
        ("layer", "fc", "linear"),
        ("layer", "conv", "conv2d"),
        ("layer", "batchnorm", "batch_norm"),
        ("layer", "BatchNorm2d", "batch_norm"),
        ("layer", "max_pool", "max_pool2d"),
        ("layer", "attention", None),
        ("schedule", "cosine_restarts", None),
        ("schedule", "cosine_annealing", "cosine"),
        ("optimizer", "adam_w", "adamw"),
        ("optimizer", "lion", None),
        ("initializer", "kaiming_normal", "he_normal"),
        ("tokenizer", "bpe", "byte_pair"),
        ("architecture", "resnet-18", "resnet18"),
        ("augmentation", "mirror", "horizontal_flip"),
        ("augmentation", "RandomHorizontalFlip", "horizontal_flip"),
        ("augmentation", "vflip", "vertical_flip"),
        ("augmentation", "color_shift", "color_jitter"),
        ("augmentation", "ColorJitter", "color_jitter"),
        ("augmentation", "pca_color", "pca_lighting"),
        ("augmentation", "random_erasing", "cutout"),
        ("normalization", "given", "fixed"),
        ("architecture", "transformer", None),
    ],
)
def test_components(kind: str, query: str, expected: str | None) -> None:
    assert nearest_name(query, registry.names(kind)) == expected


@pytest.mark.parametrize(
    ("kind", "name", "query", "expected"),
    [
        ("layer", "gru", "form", "reset_after"),
        ("layer", "gru", "keep_bias", "forget_bias"),
        ("layer", "max_pool2d", "pool_size", "window"),
        ("format", "image_list", "pictures", "images"),
        ("dataset", "edge_patches", "picture", "image"),
    ],
)
def test_options(kind: str, name: str, query: str, expected: str) -> None:
    options = registry.options(registry.lookup(kind, name))
    assert nearest_name(query, [option.name for option in options]) == expected


def test_synonyms_suggest_existing_names() -> None:
    components = [(kind, name) for kind in registry.kinds() for name in registry.names(kind)]
    options = [registry.options(registry.lookup(*component)) for component in components]
    known = {name for _, name in components} | {option.name for group in options for option in group}
    known |= {str(path[-1]) for path in known_paths(Sections)} | {"x"}
    assert {name for names in SYNONYMS.values() for name in names} - known == set()
