"""Consistency of sections, checked as soon as both sections are valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from dlcli.core import registry
from dlcli.spec.key_paths import KeyPath
from dlcli.spec.mistake import Mistake
from dlcli.spec.model import ModelSpec


def dropout_mistakes(model: ModelSpec, dropout: float) -> Iterator[Mistake]:
    """Yield mistakes of `regularization.dropout`, which needs an architecture with dropout and no other rate.

    Args:
        model: Checked section `model`.
        dropout: Value of `regularization.dropout`.
    """
    if dropout == 0 or (model.architecture is None and model.layers is None):  # the model comes from a run
        return
    if model.architecture is None:
        message = "does not apply to a list of layers; insert dropout layers instead"
        yield Mistake(("dropout",), message, "not_applicable")
        return
    name, options = model.architecture.name, model.architecture.options
    if "dropout_rate" not in options:
        others = [other for other in registry.names("architecture") if _takes_dropout(other)]
        hint = f"; architectures with dropout: {', '.join(others)}" if others else ""
        yield Mistake(("dropout",), f"the architecture {name} has no dropout{hint}", "not_applicable")
    elif options["dropout_rate"] not in (None, 0, dropout):
        rate = options["dropout_rate"]
        yield Mistake(
            ("dropout",),
            f"dropout is {dropout} here and {rate} in model.dropout_rate; remove one of them",
            "conflicting_options",
        )


def _takes_dropout(architecture: str) -> bool:
    return any(
        option.name == "dropout_rate" for option in registry.options(registry.lookup("architecture", architecture))
    )


def split_mistakes(splits: Set[str], metrics: Mapping[KeyPath, str]) -> Iterator[Mistake]:
    """Yield a mistake for each metric of a split that does not exist.

    Args:
        splits: Names of the existing splits.
        metrics: Path of the key → name of the metric.
    """
    for path, name in metrics.items():
        split = name.partition("/")[0]
        if split not in splits:
            yield Mistake(path, f"{name}: data.split has no {split}, only {', '.join(sorted(splits))}", "unknown_name")
