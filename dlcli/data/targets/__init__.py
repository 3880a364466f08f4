"""Targets, one class per kind, each registered under the name that its JSON has."""

from __future__ import annotations

from typing import Any

from dlcli.core import DataError, registry
from dlcli.data.examples import Examples
from dlcli.data.targets.classes import ClassLabels
from dlcli.data.targets.next_tokens import NextTokens
from dlcli.data.targets.target import FitOptions, Targets
from dlcli.data.targets.token_labels import TokenLabels
from dlcli.data.targets.values import Values
from dlcli.data.text.vocabulary import Vocabulary

__all__ = [
    "ClassLabels",
    "FitOptions",
    "NextTokens",
    "Targets",
    "TokenLabels",
    "Values",
    "infer_targets",
    "targets_from_json",
]


def infer_targets(examples: Examples) -> type[Targets]:
    """Infer the kind of the targets from their values.

    Raises:
        DataError: There are no targets.
    """
    kinds = (_kind(name) for name in registry.names("targets"))
    recognized = next((kind for kind in kinds if kind.recognizes(examples)), None)
    if recognized is None:
        raise DataError("the data has no targets")
    return recognized


def targets_from_json(document: dict[str, Any], vocabulary: Vocabulary | None = None) -> Targets:
    """Restore targets from the result of their `to_json`.

    Args:
        document: Plain values.
        vocabulary: Vocabulary of the inputs; None = they are not texts.

    Raises:
        KeyError: The document is incomplete.
    """
    return _kind(document["kind"]).from_json(document, vocabulary)


def _kind(name: str) -> type[Targets]:
    kind: type[Targets] = registry.lookup("targets", name)  # type: ignore[assignment]
    return kind
