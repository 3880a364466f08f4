"""A checked sweep: what `load_sweep` returns, and where the configs of its trials come from."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr

from dlcli.spec import (
    Document,
    KeyPath,
    Override,
    Place,
    Spec,
    format_path,
    parse_path,
    plain,
    spec_of_document,
    split_append,
    to_yaml,
)
from dlcli.sweeps.config.mappings import is_auxiliary
from dlcli.sweeps.config.sweep_sections import SweepSections

#: the seed of the division of the examples
DIVISION = ("data", "split", "seed")
#: sections whose keys have dots of their own
_OF_PATHS = ("space", "overrides")


class SweepSpec(SweepSections):
    """A search for good hyperparameters: checked, complete, and able to say where each value was written.

    Two are equal when they describe the same search, wherever they were read from.
    """

    _document: Document = PrivateAttr(default_factory=lambda: Document(file="sweep"))
    _base: Document = PrivateAttr(default_factory=lambda: Document(file="config"))

    @classmethod
    def read(cls, document: Document, base: Document) -> SweepSpec:
        """Check the values of a document.

        Args:
            document: of the sweep file.
            base: of the config that it names.

        Raises:
            ValidationError: holding `Mistake`s.
        """
        spec = cls.model_validate(document.data)
        spec._document, spec._base = document, base
        return spec

    @property
    def file(self) -> Path:
        """The file it was read from, as the user named it; relative paths in it start from its folder."""
        return Path(self._document.file)

    @property
    def source_text(self) -> str:
        """The file's text, as it was written; of a sweep without a file, the text that it would have."""
        return self._document.text or self.to_yaml()

    @property
    def base_file(self) -> Path:
        """The config that every trial starts from."""
        return Path(self._base.file)

    @property
    def base_text(self) -> str:
        """Its text, as it was written when the sweep was loaded."""
        return self._base.text

    def resolved(self) -> dict[str, Any]:
        """Every key with its value as mappings, lists and scalars; it loads back to an equal sweep."""
        return self.plain()

    def to_yaml(self) -> str:
        """`resolved` as YAML."""
        return to_yaml(self.resolved())

    def locate(self, key: str) -> dict[str, Any]:
        """Where `key` (such as `space.optimizer.learning_rate`) was written, as the arguments of a `ConfigError`."""
        return self._located(_path_of(key))

    def locate_option(self, name: str, option: str) -> dict[str, Any]:
        """Where an argument of a parameter's distribution was written."""
        return self._located(("space", name), self.space[name].offsets.get(option, 0))

    @functools.cached_property
    def _checked_base(self) -> Spec:
        return self.base_spec()

    def base_spec(self) -> Spec:
        """The base with the overrides and the objective.

        Raises:
            InvalidConfigError: with every mistake, at the line of the sweep file or of the base that has it.
        """
        return spec_of_document(self._base.copy(), list(self._fixed()))

    def trial_spec(self, values: Mapping[str, Any], *, seed_offset: int = 0) -> Spec:
        """The config of a trial: the base with these values.

        Args:
            values: of the parameters that are there; what is no key of a config is passed over.
            seed_offset: is added to the seed. The division of the examples stays that of the base, so that what is
                chosen on dev is never tested on examples that it was chosen by.

        Raises:
            InvalidConfigError: with every mistake, at the line of the parameter that has it.
        """
        drawn = [(parse_path(name), name) for name in values if not is_auxiliary(name)]
        drawn.sort(key=lambda item: (len(item[0]), _comparable(item[0])))  # what is inside another value comes after it
        base, place = self._checked_base, self._place("execution", "seeds")
        overrides = [*self._fixed()]
        overrides += [Override(path, values[name], False, self._place("space", name)) for path, name in drawn]
        if base.data.split.seed is None and format_path(DIVISION) not in values:
            overrides.append(Override(DIVISION, base.seed, False, place))
        if seed_offset:
            overrides.append(Override(("seed",), values.get("seed", base.seed) + seed_offset, False, place))
        return spec_of_document(self._base.copy(), overrides)

    def _fixed(self) -> Iterator[Override]:
        """What every trial has in place of the base's."""
        for key, value in self.overrides.items():
            path, append = split_append(key)
            yield Override(parse_path(path), value, append, self._place("overrides", key))
        if self.objective.optimize is not None:
            place = self._place("objective", "optimize")
            yield Override(("evaluation", "optimize"), self.objective.optimize, False, place)
        if self.objective.satisfice is not None:
            yield Override(("evaluation", "satisfice"), {}, False, self._place("objective", "satisfice"))
            for name, bound in self.objective.satisfice.items():
                place = self._place("objective", "satisfice", name)
                yield Override(("evaluation", "satisfice", name), plain(bound), False, place)

    def _place(self, *path: str) -> Place:
        return self._document.best_place(path)

    def _located(self, path: KeyPath, offset: int = 0) -> dict[str, Any]:
        place = self._document.place_within(path, offset)
        return {"file": place.file, "line": place.line, "column": place.column, "key": format_path(path)}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SweepSpec):
            return NotImplemented
        same = all(getattr(self, name) == getattr(other, name) for name in SweepSections.model_fields)
        return same and self._base.data == other._base.data

    __hash__ = None  # type: ignore[assignment]


def _comparable(path: KeyPath) -> list[tuple[bool, str | int]]:
    """The path such that a name and an index at the same step can be put in order."""
    return [(isinstance(step, int), step) for step in path]


def _path_of(key: str) -> KeyPath:
    """`space.optimizer.learning_rate` as two steps, because the second is a key of another file."""
    section, _, inner = key.partition(".")
    return (section, inner) if section in _OF_PATHS and inner else parse_path(key)
