"""A checked experiment: what `load_spec` returns and `build` reads."""

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
    """A checked file that knows where each key was written: a `Spec` or a `SweepSpec`."""

    @classmethod
    def keys(cls) -> Collection[str]:
        """The keys at the top level of the file."""

    def locate(self, key: str) -> dict[str, Any]:
        """File, line, column and key as the keyword arguments of a `ConfigError`."""


class Spec(Sections):
    """A deep-learning experiment for dlcli: checked, complete, and able to say where each value was written.

    Two specs are equal when they describe the same experiment, wherever they were read from.
    """

    _document: Document = PrivateAttr(default_factory=lambda: Document(file="config"))
    _overrides: tuple[str, ...] = PrivateAttr(())

    @classmethod
    def read(cls, document: Document, overrides: tuple[str, ...] = ()) -> Spec:
        """Check the values of a document; `components` gets every module that the values need.

        Raises:
            ValidationError: holding `Mistake`s.
        """
        checked = cls.model_validate(document.data)
        further = [module for module in modules_of(checked) if module not in checked.components]
        spec = checked.model_copy(update={"components": checked.components + further}) if further else checked
        spec._document = document
        spec._overrides = overrides
        return spec

    @property
    def file(self) -> Path:
        """The file it was read from, as the user named it."""
        return Path(self._document.file)

    @property
    def source_text(self) -> str:
        """The file's text, as it was written."""
        return self._document.text

    @property
    def overrides(self) -> tuple[str, ...]:
        """The overrides that were applied, as `key=value`."""
        return self._overrides

    def resolved(self) -> dict[str, Any]:
        """Every key with its value as mappings, lists and scalars; it loads back to an equal spec."""
        return self.plain()

    def to_yaml(self) -> str:
        """`resolved` as YAML."""
        return to_yaml(self.resolved())

    def locate(self, key: str) -> dict[str, Any]:
        """Where `key` (such as `model.layers[2].inputs`) was written, as the arguments of a `ConfigError`.

        A key that was left out is located at the nearest parent that was not.
        """
        place = self._document.best_place(parse_path(key))
        return {"file": place.file, "line": place.line, "column": place.column, "key": key}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Spec):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in Sections.model_fields)

    __hash__ = None  # type: ignore[assignment]
