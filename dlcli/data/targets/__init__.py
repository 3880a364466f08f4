"""Targets, one class per kind, each registered under the name that its JSON has."""

from __future__ import annotations

from typing import Any

from dlcli.data.targets.boxes import BOX_COLUMNS, ObjectBoxes, Objects
from dlcli.data.targets.classes import ClassLabels
from dlcli.data.targets.heads import HeadKind, HeadRows, HeadTargets, Observed
from dlcli.data.targets.landmarks import Landmarks, Points
from dlcli.data.targets.next_tokens import NextTokens, TextSizes
from dlcli.data.targets.target import FitOptions, Targets, infer_targets, require_targets, targets_class
from dlcli.data.targets.token_labels import TokenLabels
from dlcli.data.targets.values import Values
from dlcli.data.text.vocabulary import Vocabulary

__all__ = [
    "BOX_COLUMNS",
    "ClassLabels",
    "FitOptions",
    "HeadKind",
    "HeadRows",
    "HeadTargets",
    "Landmarks",
    "NextTokens",
    "ObjectBoxes",
    "Objects",
    "Observed",
    "Points",
    "Targets",
    "TextSizes",
    "TokenLabels",
    "Values",
    "infer_targets",
    "require_targets",
    "targets_from_json",
]


def targets_from_json(document: dict[str, Any], vocabulary: Vocabulary | None = None) -> Targets:
    """Restore targets from the result of their `to_json`.

    Args:
        document: Plain values.
        vocabulary: Vocabulary of the inputs; None = they are not texts.

    Raises:
        KeyError: The document is incomplete.
    """
    return targets_class(document["kind"]).from_json(document, vocabulary)
