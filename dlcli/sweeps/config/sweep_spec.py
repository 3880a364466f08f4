"""Checked sweep, as returned by `load_sweep`, which creates the configs of its trials."""

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

#: Seed of the split of the examples.
SPLIT_SEED = ("data", "split", "seed")
#: Sections whose keys are paths in another file and may contain dots.
_PATH_SECTIONS = ("space", "overrides")


class SweepSpec(SweepSections):
    """Sweep that is checked and complete, with the place of each value in its file.

    Two sweeps are equal if they describe the same search, even if they were read from different files.
    """

    _document: Document = PrivateAttr(default_factory=lambda: Document(file="sweep"))
    _base: Document = PrivateAttr(default_factory=lambda: Document(file="config"))

    @classmethod
    def read(cls, document: Document, base: Document) -> SweepSpec:
        """Check the values of a document.

        Args:
            document: Document of the sweep file.
            base: Document of the config that it names.

        Raises:
            ValidationError: With `Mistake`s.
        """
        spec = cls.model_validate(document.data)
        spec._document, spec._base = document, base
        return spec

    @property
    def file(self) -> Path:
        """Path of the sweep file as given by the user; relative paths in the file start from its folder."""
        return Path(self._document.file)

    @property
    def source_text(self) -> str:
        """Text of the sweep file; for a sweep without a file, its YAML."""
        return self._document.text or self.to_yaml()

    @property
    def base_file(self) -> Path:
        """Path of the config that all trials start from."""
        return Path(self._base.file)

    @property
    def base_text(self) -> str:
        """Text of the base at the time when the sweep was loaded."""
        return self._base.text

    def resolved(self) -> dict[str, Any]:
        """Return every key with its value as mappings, lists and scalars, which load back to an equal sweep."""
        return self.plain()

    def to_yaml(self) -> str:
        """Return `resolved` as YAML."""
        return to_yaml(self.resolved())

    def locate(self, key: str) -> dict[str, Any]:
        """Return the place of `key`, such as `space.optimizer.learning_rate`, as arguments of a `ConfigError`."""
        return self._locate(_parse_key(key))

    def locate_option(self, name: str, option: str) -> dict[str, Any]:
        """Return the place of an argument of a parameter's distribution, as arguments of a `ConfigError`."""
        return self._locate(("space", name), self.space[name].offsets.get(option, 0))

    @functools.cached_property
    def _checked_base(self) -> Spec:
        return self.base_spec()

    def base_spec(self) -> Spec:
        """Return the base with the overrides and the objective.

        Raises:
            InvalidConfigError: There are mistakes; each has its line in the sweep file or the base.
        """
        return spec_of_document(self._base.copy(), list(self._fixed_overrides()))

    def trial_spec(self, values: Mapping[str, Any], *, seed_offset: int = 0) -> Spec:
        """Return the config of a trial: the base with these values.

        Args:
            values: Values of the active parameters; auxiliary ones are ignored.
            seed_offset: Number to add to the seed. The split of the examples stays that of the base, so that a
                configuration selected on dev is never tested on examples of that dev set.

        Raises:
            InvalidConfigError: There are mistakes; each has the line of its parameter.
        """
        keys = [(parse_path(name), name) for name in values if not is_auxiliary(name)]
        keys.sort(key=lambda item: (len(item[0]), _sort_key(item[0])))  # containers before their elements
        base, place = self._checked_base, self._place("execution", "seeds")
        overrides = [*self._fixed_overrides()]
        overrides += [Override(path, values[name], False, self._place("space", name)) for path, name in keys]
        if base.data.split.seed is None and format_path(SPLIT_SEED) not in values:
            overrides.append(Override(SPLIT_SEED, base.seed, False, place))
        if seed_offset:
            overrides.append(Override(("seed",), values.get("seed", base.seed) + seed_offset, False, place))
        return spec_of_document(self._base.copy(), overrides)

    def _fixed_overrides(self) -> Iterator[Override]:
        """Yield the overrides that all trials share."""
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

    def _locate(self, path: KeyPath, offset: int = 0) -> dict[str, Any]:
        place = self._document.place_within(path, offset)
        return {"file": place.file, "line": place.line, "column": place.column, "key": format_path(path)}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SweepSpec):
            return NotImplemented
        same = all(getattr(self, name) == getattr(other, name) for name in SweepSections.model_fields)
        return same and self._base.data == other._base.data

    __hash__ = None  # type: ignore[assignment]


def _sort_key(path: KeyPath) -> list[tuple[bool, str | int]]:
    """Return a sort key of a path, in which names and indices can be compared."""
    return [(isinstance(step, int), step) for step in path]


def _parse_key(key: str) -> KeyPath:
    """Parse a key; `space.optimizer.learning_rate` has two steps because the second is a key of another file."""
    section, _, inner = key.partition(".")
    return (section, inner) if section in _PATH_SECTIONS and inner else parse_path(key)
