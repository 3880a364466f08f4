"""Reading of YAML text into plain values with places: one document of plain data in YAML 1.2.

The events of PyYAML's parser (libyaml's if it is available) are read directly, so that depth, aliases and duplicate
keys are checked during reading, before anything is built.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import yaml

from dlcli.core import ConfigError, ErrorCode, InvalidConfigError
from dlcli.spec.document import Document, Place
from dlcli.spec.key_paths import MAX_DEPTH, KeyPath, format_path
from dlcli.spec.mistake import MAX_MISTAKES
from dlcli.spec.scalars import plain_scalar
from dlcli.spec.syntax_errors import explain

MAX_CHARACTERS = 1_000_000
MAX_VALUES = 100_000
MAX_KEY = 1_000

_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Escape of a byte in a file name that is not UTF-8, as `to_yaml` writes it; libyaml cannot read it.
_BYTE_OF_A_NAME = re.compile(r"\\u[dD][cC][89a-fA-F][0-9a-fA-F]")


def load_yaml(text: str, file: str) -> Document:
    """Read a config whose top level is a mapping.

    Args:
        text: YAML text.
        file: Name of the file in messages.

    Raises:
        InvalidConfigError: The text has mistakes.
    """
    document = read_yaml(text, file)
    if document.problems:
        raise InvalidConfigError(document.problems)
    return document


def read_yaml(text: str, file: str) -> Document:
    """Read a config as `load_yaml` does, but keep mistakes that do not prevent reading the rest in `problems`.

    Args:
        text: YAML text.
        file: Name of the file in messages.

    Raises:
        InvalidConfigError: The text is not YAML, or its top level is not a mapping.
    """
    reader = _Reader(text.removeprefix("\ufeff"), file)
    document = reader.read()
    if document.data is None:
        raise InvalidConfigError(
            [*document.problems, ConfigError("the file has no keys", code="syntax_error", file=file, line=1, column=1)]
        )
    if not isinstance(document.data, dict):
        kind = "a list" if isinstance(document.data, list) else "a single value"
        mistake = document.error((), f"expected `key: value` lines at the top level, got {kind}", "wrong_type")
        raise InvalidConfigError([*document.problems, mistake])
    return document


def parse_value(text: str) -> Any:
    """Return the value of a short YAML text such as `1e-3`, `[64, 32]` or `{name: sgd}`.

    Raises:
        ConfigError: The text is not YAML; the caller adds the place.
    """
    try:
        document = _Reader(text, "").read()
    except InvalidConfigError as error:
        raise ConfigError(error.message, code="syntax_error") from None
    if document.problems:
        raise ConfigError(document.problems[0].message, code=document.problems[0].code)
    return document.data


class _Reader:
    """Builder of values and their places from the events of the parser.

    Args:
        text: YAML text.
        file: Name of the file in messages.
    """

    def __init__(self, text: str, file: str) -> None:
        self.document = Document(file=file, text=text, data=None)
        self.events: Iterator[Any] = iter(())
        self.anchors: dict[str, Any] = {}
        self.open_anchors: set[str] = set()
        self.values = 0

    def read(self) -> Document:
        """Read the whole text."""
        try:
            self._check_characters()
            # libyaml is many times faster, but rejects surrogates, which represent bytes of a file name that are not
            # UTF-8; only a text that contains one is read by the slow parser.
            has_bytes = _BYTE_OF_A_NAME.search(self.document.text) is not None
            self.events = yaml.parse(self.document.text, Loader=yaml.SafeLoader if has_bytes else _PARSER)
            self._read_document()
        except yaml.MarkedYAMLError as error:
            message, mark = explain(error, self.document.text)
            self._refuse(message, self._place(mark))
        except yaml.YAMLError as error:
            self._refuse(" ".join(str(error).split()), Place(self.document.file))
        return self.document

    def _check_characters(self) -> None:
        text = self.document.text
        if len(text) > MAX_CHARACTERS:
            message = f"expected at most {MAX_CHARACTERS:,} characters, got {len(text):,}"
            self._refuse(message, Place(self.document.file))
        if bad := _UNREADABLE.search(text):
            before = text[: bad.start()]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            self._refuse(f"{_character(bad.group())} is not allowed", Place(self.document.file, line, column))

    def _read_document(self) -> None:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if self.values:
                    self._refuse("expected one document, got a second one", self._place(event.start_mark))
            elif isinstance(event, yaml.NodeEvent):
                self.document.data = self._value(event, ())

    def _value(self, event: Any, path: KeyPath) -> Any:
        place = self._place(event.start_mark)
        # setdefault: the first value of a duplicate key is used, and errors must have its place
        self.document.value_places.setdefault(path, place)
        # Limits are checked during reading: a few lines of nested aliases expand to billions of values ("billion
        # laughs"), and deep nesting would exhaust the stack.
        self.values += 1
        if self.values > MAX_VALUES:
            self._refuse(f"more than {MAX_VALUES:,} values", place, path)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place, path)
        if len(path) > MAX_DEPTH:
            self._refuse(f"more than {MAX_DEPTH} levels deep", place)
        # Tags make other YAML loaders create arbitrary Python objects. Here they would have no effect, so they are
        # rejected instead of ignored.
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._report(f"tags such as {tag} are not allowed; a config is plain data", place, path)
        if event.anchor is None:
            return self._content(event, place, path)
        # An anchor cannot be used within its own value.
        self.open_anchors.add(event.anchor)
        value = self.anchors[event.anchor] = self._content(event, place, path)
        self.open_anchors.discard(event.anchor)
        return value

    def _content(self, event: Any, place: Place, path: KeyPath) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        # The type of a scalar follows YAML 1.2 and not the parser: `no`, `on` and `1:30` are strings, `1e-3` is a
        # number.
        if event.style:  # quoted or block scalar
            return event.value
        try:
            return plain_scalar(event.value)
        except ValueError as error:
            return self._report(str(error), place, path)

    def _list(self, path: KeyPath) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            place = self._place(event.start_mark)
            key = self._key(event, place, path)
            inner = (*path, key)
            if key in mapping:
                first = self.document.key_places[inner].line
                self._report(
                    f"duplicate key; it is already on line {first}", place, inner, code="duplicate_key", readable=True
                )
            self.document.key_places.setdefault(inner, place)
            value = self._value(next(self.events), inner)
            # the value of a duplicate key is read as well, to find the mistakes inside of it
            mapping.setdefault(key, value)
        return mapping

    def _key(self, event: Any, place: Place, path: KeyPath) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            kind = {yaml.AliasEvent: "an alias", yaml.SequenceStartEvent: "a list"}.get(type(event), "a mapping")
            self._report(f"expected a string as the key, got {kind}", place, (*path, kind))
            # All events of the invalid key must be consumed.
            if not isinstance(event, yaml.AliasEvent):
                self._value(event, (*path, kind))
            return kind
        text = str(event.value)
        if len(text) > MAX_KEY:
            message = f"expected a key of at most {MAX_KEY:,} characters, got {len(text):,}"
            text = f"{text[:20]}…"
            self._report(message, place, (*path, text))
            return text
        if event.style:
            return text
        if text == "<<":
            self._report("merge keys (<<) are not part of YAML 1.2; write the keys out", place, (*path, text))
        elif not text:
            self._report("a key is missing before the colon", place, (*path, text))
        elif not _is_string(text) and not _INTEGER.fullmatch(text):  # an integer can be the label of a class
            self._report(f'expected a string as the key; write "{text}" in quotes', place, (*path, text))
        return text

    def _alias(self, event: Any, place: Place, path: KeyPath) -> Any:
        if event.anchor in self.open_anchors:
            self._refuse(f"*{event.anchor} is inside the value that it refers to", place, path)
        if event.anchor not in self.anchors:
            message = f"*{event.anchor} refers to &{event.anchor}, which is not defined above"
            return self._report(f"{message}; quote a string that begins with *", place, path)
        # The values of the copy count, and are checked before copying.
        values, height = _extent(self.anchors[event.anchor])
        self.values += values
        if self.values > MAX_VALUES:
            self._refuse(f"the aliases expand to more than {MAX_VALUES:,} values", place, path)
        if len(path) + height > MAX_DEPTH:
            self._refuse(f"more than {MAX_DEPTH} levels deep", place)
        # a copy for each use, as an override of one must not change the others
        return copy.deepcopy(self.anchors[event.anchor])

    def _place(self, mark: Any) -> Place:
        return Place(self.document.file, mark.line + 1, mark.column + 1)

    def _report(
        self,
        message: str,
        place: Place,
        path: KeyPath,
        *,
        code: ErrorCode = "syntax_error",
        readable: bool = False,
    ) -> None:
        """Record a mistake and continue reading."""
        # A value that could not be read is not checked, as a second error would follow from the first.
        if not readable:
            self.document.unreadable.add(path)
        key = format_path(path) or None
        self.document.problems.append(_mistake(message, code, place, key))
        if len(self.document.problems) > MAX_MISTAKES:
            self.document.problems.append(
                _mistake("the rest of the file was not checked", "further_mistakes", place, key)
            )
            raise InvalidConfigError(self.document.problems)

    def _refuse(self, message: str, place: Place, path: KeyPath = ()) -> None:
        """Record a mistake and stop reading."""
        self._report(message, place, path)
        raise InvalidConfigError(self.document.problems)


_INTEGER = re.compile(r"-?\d+", re.ASCII)


def _character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a command-line argument
        return f"the byte 0x{code - 0xDC00:02X}, which is not UTF-8,"
    return "a NUL byte" if code == 0 else f"the control character U+{code:04X}"


def _mistake(message: str, code: ErrorCode, place: Place, key: str | None) -> ConfigError:
    return ConfigError(message, code=code, file=place.file or None, line=place.line, column=place.column, key=key)


def _is_string(scalar: str) -> bool:
    try:
        return isinstance(plain_scalar(scalar), str)
    except ValueError:
        return False


def _extent(value: Any) -> tuple[int, int]:
    """Return the number of values in `value`, including itself, and their depth."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    extents = [_extent(item) for item in inner]
    return 1 + sum(values for values, _ in extents), max((height + 1 for _, height in extents), default=0)
