"""Result of a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dlcli.data.examples import Examples
from dlcli.data.labels import ClassNames
from dlcli.data.targets import Targets


@dataclass(frozen=True)
class RawData:
    """Result of a reader.

    Args:
        examples: All examples but those of a separate test set.
        fingerprint: File name → SHA-256.
        description: One line about the data.
        test: Separate test set of the data; None = there is none.
        class_names: Names of the labels 0 … K−1 or of the sorted labels, or label → name.
        targets: Kind of the targets if the reader knows it, else None.
        warnings: Warnings for the user about the files.
    """

    examples: Examples
    fingerprint: Mapping[str, str]
    description: str
    test: Examples | None = None
    class_names: ClassNames | None = None
    targets: type[Targets] | None = None
    warnings: tuple[str, ...] = ()
