"""What must hold between sections, checked as soon as both are sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from dlcli.core import registry
from dlcli.spec.key_paths import KeyPath
from dlcli.spec.mistake import Mistake
from dlcli.spec.model import ModelSpec


def dropout_mistakes(model: ModelSpec, dropout: float) -> Iterator[Mistake]:
    """`regularization.dropout` needs an architecture that takes it, and one that has none of its own."""
    if dropout == 0 or (model.architecture is None and model.layers is None):  # then the model is a run's
        return
    if model.architecture is None:
        yield Mistake(
            ("dropout",), "this model is a list of layers; put dropout layers between them instead", "not_applicable"
        )
        return
    name, options = model.architecture.name, model.architecture.options
    if "dropout_rate" not in options:
        others = [other for other in registry.names("architecture") if _takes_dropout(other)]
        those = f"; these do: {', '.join(others)}" if others else ""
        yield Mistake(("dropout",), f"the architecture {name} has no dropout{those}", "not_applicable")
    elif options["dropout_rate"] not in (None, 0, dropout):
        rate = options["dropout_rate"]
        yield Mistake(
            ("dropout",), f"dropout is {dropout} here and {rate} in model.dropout_rate; keep one", "conflicting_options"
        )


def _takes_dropout(architecture: str) -> bool:
    return any(
        option.name == "dropout_rate" for option in registry.options(registry.lookup("architecture", architecture))
    )


def split_mistakes(splits: Set[str], metrics: Mapping[KeyPath, str]) -> Iterator[Mistake]:
    """A metric that decides something must be of a split that exists.

    Args:
        splits: the splits that the data is divided into.
        metrics: path of the key → the metric's name.
    """
    for path, name in metrics.items():
        split = name.partition("/")[0]
        if split not in splits:
            yield Mistake(
                path, f"{name}: data.split has no {split}; there is {', '.join(sorted(splits))}", "unknown_name"
            )
