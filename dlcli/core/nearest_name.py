"""Suggestion of a name for one that does not exist: a synonym, an abbreviation, or a misspelling."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

#: Name in other libraries and papers → names that it may have here, the most likely first.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "accumulate_grad_batches": (),
    "adam_w": ("adamw",),
    "amsgrad": ("adam",),
    "auc": ("roc_auc",),
    "augmentation": ("augment",),
    "augmentations": ("augment",),
    "auroc": ("roc_auc",),
    "average_pooling2d": ("average_pool2d",),
    "avg_pool": ("average_pool2d",),
    "avg_pool2d": ("average_pool2d",),
    "balanced_accuracy": ("macro_recall",),
    "batch": ("batch_size",),
    "batchsize": ("batch_size",),
    "bce": ("binary_cross_entropy",),
    "betas": ("beta1",),
    "bias": ("use_bias",),
    "bn": ("batch_norm",),
    "bpc": ("bits_per_character",),
    "bpe": ("byte_pair",),
    "bs": ("batch_size",),
    "ce": ("softmax_cross_entropy",),
    "channels": ("filters", "channels"),
    "char": ("character",),
    "clip_grad": ("gradient_clipping",),
    "clip_grad_norm": ("gradient_clipping", "max_norm"),
    "clip_norm": ("max_norm", "gradient_clipping"),
    "clip_value": ("max_value",),
    "clipnorm": ("max_norm", "gradient_clipping"),
    "clipvalue": ("max_value",),
    "color_shift": ("color_jitter",),
    "conv": ("conv2d",),
    "conv1d": (),
    "convolution": ("conv2d",),
    "convolutional": ("conv2d",),
    "cosine_annealing": ("cosine",),
    "cosine_restarts": (),
    "cross_entropy": ("softmax_cross_entropy",),
    "crossentropy": ("softmax_cross_entropy",),
    "deconv2d": ("conv_transpose2d",),
    "delim": ("delimiter",),
    "dense": ("linear",),
    "drop": ("dropout",),
    "drop_rate": ("dropout_rate", "dropout", "rate"),
    "dropout": ("dropout_rate", "rate"),
    "dropout_rate": ("dropout", "rate"),
    "embed_dim": ("embedding_units", "units"),
    "embedding_dim": ("embedding_units", "units"),
    "eps": ("epsilon",),
    "erasing": ("cutout",),
    "eta": ("learning_rate",),
    "fancy_pca": ("pca_lighting",),
    "fc": ("linear",),
    "features": ("inputs", "x"),
    "form": ("reset_after",),
    "fully_connected": ("linear", "mlp"),
    "given": ("fixed",),
    "global_avg_pool2d": ("global_average_pool2d",),
    "grad_clip": ("gradient_clipping",),
    "gradient_accumulation": (),
    "gradient_accumulation_steps": (),
    "he": ("he_normal",),
    "hflip": ("horizontal_flip",),
    "hidden": ("hidden_units", "units"),
    "hidden_dim": ("units", "hidden_units"),
    "hidden_layers": ("hidden_units",),
    "hidden_size": ("units", "hidden_units"),
    "kaiming": ("he_normal",),
    "kaiming_normal": ("he_normal",),
    "kaiming_uniform": ("he_uniform",),
    "keep_bias": ("forget_bias",),
    "kernel": ("kernel_size",),
    "l1_loss": ("mean_absolute_error",),
    "l2_loss": ("mean_squared_error",),
    "label": ("targets",),
    "labels": ("label", "targets"),
    "leakyrelu": ("leaky_relu",),
    "linear_regression": ("mlp",),
    "lr": ("learning_rate",),
    "lr_schedule": ("schedule",),
    "lr_scheduler": ("schedule",),
    "mae": ("mean_absolute_error",),
    "max_epochs": ("epochs",),
    "maxpool": ("max_pool2d",),
    "maxpool2d": ("max_pool2d",),
    "mean_teacher": (),
    "metric": ("metrics", "optimize"),
    "minmax": ("min_max",),
    "mirror": ("horizontal_flip", "vertical_flip"),
    "monitor": ("metric", "optimize"),
    "mse": ("mean_squared_error",),
    "n_epochs": ("epochs",),
    "nesterov_momentum": ("nesterov",),
    "nll": ("softmax_cross_entropy", "log_loss"),
    "num_epochs": ("epochs",),
    "num_filters": ("filters",),
    "out_channels": ("filters",),
    "out_features": ("units",),
    "pca_color": ("pca_lighting",),
    "perceptron": ("mlp",),
    "picture": ("image",),
    "pictures": ("images",),
    "pool_size": ("window",),
    "ppl": ("perplexity",),
    "raise": ("error",),
    "random_erasing": ("cutout",),
    "random_flip": ("horizontal_flip",),
    "random_horizontal_flip": ("horizontal_flip",),
    "random_vertical_flip": ("vertical_flip",),
    "refuse": ("error",),
    "reset_before": ("reset_after",),
    "rmse": ("root_mean_squared_error",),
    "scheduler": ("schedule",),
    "sep": ("delimiter",),
    "separator": ("delimiter",),
    "standardize": ("standard",),
    "step_size": ("learning_rate",),
    "swish": ("silu",),
    "target": ("label", "targets"),
    "targets": ("label", "targets"),
    "top5": ("top_k_accuracy",),
    "top_5_accuracy": ("top_k_accuracy",),
    "tsv": ("csv",),
    "val": ("dev",),
    "valid": ("dev",),
    "validation": ("dev",),
    "validation_split": ("dev",),
    "vflip": ("vertical_flip",),
    "wd": ("weight_decay",),
    "word_vectors": ("vectors",),
    "xavier": ("xavier_normal",),
    "z_score": ("standard",),
    "zscore": ("standard",),
}

#: Similarity from which a long name is a misspelling of another.
MIN_SIMILARITY = 0.75
#: Number of characters up to which a name is short: a misspelling of it has only one error.
SHORT = 4


def nearest_name(name: str, candidates: Collection[str]) -> str | None:
    """Return the candidate that was probably meant; None if none is near, as a wrong hint is worse than no hint.

    >>> [nearest_name(name, ["learning_rate", "momentum"]) for name in ("lr", "learning_rat", "Momentum", "epochs")]
    ['learning_rate', 'learning_rate', 'momentum', None]
    """
    query = _normalize(name)
    normalized = {_normalize(candidate): candidate for candidate in sorted(candidates, reverse=True)}
    compact = {candidate.replace("_", ""): original for candidate, original in normalized.items()}
    if query in normalized or query.replace("_", "") in compact:
        return normalized.get(query) or compact[query.replace("_", "")]
    if query in SYNONYMS:
        return next((synonym for synonym in SYNONYMS[query] if synonym in candidates), None)
    near = _by_prefix(query, [*normalized]) or _by_spelling(query, [*normalized])
    return None if near is None else normalized[near]


def _normalize(name: str) -> str:
    return re.sub(r"[\s\-.]+", "_", name.strip().lower())


def _by_prefix(query: str, names: list[str]) -> str | None:
    """Return the only name that extends the query (max_pool) or that the query extends (dropout_rate)."""
    if len(query) < SHORT - 1:
        return None
    longer = [name for name in names if name.startswith(query)]
    numbered = [name for name in longer if re.fullmatch(r"_?\d*d?", name[len(query) :])]
    for matches in (numbered, longer, [name for name in names if query.startswith(f"{name}_")]):
        if len(matches) == 1:
            return matches[0]
    return None


def _by_spelling(query: str, names: list[str]) -> str | None:
    if len(query) < SHORT - 1:  # one error is half of such a name or more
        return None
    if len(query) <= SHORT:
        return next((name for name in names if _is_one_edit(query, name)), None)
    near = difflib.get_close_matches(query, names, n=1, cutoff=MIN_SIMILARITY)
    return near[0] if near else next((name for name in names if _is_one_edit(query, name)), None)


def _is_one_edit(first: str, second: str) -> bool:
    """Return whether one character was deleted, inserted or changed, or two neighbors were swapped."""
    start = next(
        (k for k, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    a, b = first[start:], second[start:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])
