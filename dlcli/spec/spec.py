"""The checked config of an experiment."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Protocol

from pydantic import PrivateAttr

from dlcli.spec.component_modules import modules_of
from dlcli.spec.document import Document
from dlcli.spec.key_paths import parse_path
from dlcli.spec.schema import Sections
from dlcli.spec.yaml_writer import to_yaml


class LocatedSections(Protocol):
    """A checked file that knows the place of each key: a `Spec` or a `SweepSpec`."""

    @classmethod
    def keys(cls) -> Collection[str]:
        """Return the keys at the top level of the file."""

    def locate(self, key: str) -> dict[str, Any]:
        """Return file, line, column and key as keyword arguments of a `ConfigError`."""


class Spec(Sections):
    """A deep-learning experiment for dlcli: checked, complete, and with the place of each value.

    Two specs are equal if they describe the same experiment, even if they were read from different files.
    """

    _document: Document = PrivateAttr(default_factory=lambda: Document(file="config"))
    _overrides: tuple[str, ...] = PrivateAttr(())

    @classmethod
    def read(cls, document: Document, overrides: tuple[str, ...] = ()) -> Spec:
        """Check the values of a document, and add every module that they need to `components`.

        Args:
            document: Values of the config with their places.
            overrides: Overrides that were applied, as `key=value`.

        Raises:
            ValidationError: The values have mistakes.
        """
        checked = cls.model_validate(document.data)
        further = [module for module in modules_of(checked) if module not in checked.components]
        spec = checked.model_copy(update={"components": checked.components + further}) if further else checked
        spec._document = document
        spec._overrides = overrides
        return spec

    @property
    def file(self) -> Path:
        """Path of the file, as the user named it."""
        return Path(self._document.file)

    @property
    def source_text(self) -> str:
        """Text of the file."""
        return self._document.text

    @property
    def overrides(self) -> tuple[str, ...]:
        """Overrides that were applied, as `key=value`."""
        return self._overrides

    def resolved(self) -> dict[str, Any]:
        """Return every key with its value as mappings, lists and scalars, which load to an equal spec."""
        return self.plain()

    def to_yaml(self) -> str:
        """Return the resolved config as YAML."""
        return to_yaml(self.resolved())

    def locate(self, key: str) -> dict[str, Any]:
        """Return the place of a key, such as `model.layers[2].inputs`, as keyword arguments of a `ConfigError`.

        The place of an omitted key is that of its nearest parent.
        """
        place = self._document.best_place(parse_path(key))
        return {"file": place.file, "line": place.line, "column": place.column, "key": key}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Spec):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in Sections.model_fields)

    __hash__ = None  # type: ignore[assignment]
