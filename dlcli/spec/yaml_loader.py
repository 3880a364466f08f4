"""YAML text to plain values with positions: one document, plain data, no surprises of YAML 1.1.

The events of PyYAML's parser are read directly (libyaml's where it is there), so that depth, aliases and
duplicate keys are checked while reading, before anything is built.
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
from dlcli.spec.syntax_errors import in_plain_words

MAX_CHARACTERS = 1_000_000
MAX_VALUES = 100_000
MAX_KEY = 1_000

_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: an escape for a byte of a file's name that is not UTF-8, as `to_yaml` writes it; libyaml does not read it
_BYTE_OF_A_NAME = re.compile(r"\\u[dD][cC][89a-fA-F][0-9a-fA-F]")


def load_yaml(text: str, file: str) -> Document:
    """Read a config whose top level is a mapping.

    Raises:
        InvalidConfigError: with every mistake that could be found.
    """
    document = read_yaml(text, file)
    if document.problems:
        raise InvalidConfigError(document.problems)
    return document


def read_yaml(text: str, file: str) -> Document:
    """Like `load_yaml`, but mistakes that do not hide the rest are left in `problems`.

    Raises:
        InvalidConfigError: the text is not YAML, or its top level is not a mapping.
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
    """The value of a short YAML text such as `1e-3`, `[64, 32]` or `{name: sgd}`.

    Raises:
        ConfigError: the text is not YAML; the place is left to the caller.
    """
    try:
        document = _Reader(text, "").read()
    except InvalidConfigError as error:
        raise ConfigError(error.message, code="syntax_error") from None
    if document.problems:
        raise ConfigError(document.problems[0].message, code=document.problems[0].code)
    return document.data


class _Reader:
    """Turns the parser's events into values, recording where each stood."""

    def __init__(self, text: str, file: str) -> None:
        self.document = Document(file=file, text=text, data=None)
        self.events: Iterator[Any] = iter(())
        self.anchors: dict[str, Any] = {}
        self.open_anchors: set[str] = set()
        self.values = 0

    def read(self) -> Document:
        try:
            self._check_characters()
            # libyaml is many times faster, but refuses surrogates, which stand for the bytes of a file name that is not
            # UTF-8; only a text that contains one is read by the slow parser.
            has_bytes = _BYTE_OF_A_NAME.search(self.document.text) is not None
            self.events = yaml.parse(self.document.text, Loader=yaml.SafeLoader if has_bytes else _PARSER)
            self._read_document()
        except yaml.MarkedYAMLError as error:
            message, mark = in_plain_words(error, self.document.text)
            self._refuse(message, self._place(mark))
        except yaml.YAMLError as error:
            self._refuse(" ".join(str(error).split()), Place(self.document.file))
        return self.document

    def _check_characters(self) -> None:
        text = self.document.text
        if len(text) > MAX_CHARACTERS:
            message = f"the file has {len(text):,} characters; a config has at most {MAX_CHARACTERS:,}"
            self._refuse(message, Place(self.document.file))
        if bad := _UNREADABLE.search(text):
            before = text[: bad.start()]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            self._refuse(f"{_character(bad.group())} cannot stand in a config", Place(self.document.file, line, column))

    def _read_document(self) -> None:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if self.values:
                    self._refuse("expected one document, got a second one", self._place(event.start_mark))
            elif isinstance(event, yaml.NodeEvent):
                self.document.data = self._value(event, ())

    def _value(self, event: Any, path: KeyPath) -> Any:
        place = self._place(event.start_mark)
        # setdefault: of a duplicate key the first value counts, and errors must point at it
        self.document.value_places.setdefault(path, place)
        # Limits are checked while reading: a few lines of nested aliases expand to billions of values ("billion
        # laughs"), and deep nesting would exhaust the stack.
        self.values += 1
        if self.values > MAX_VALUES:
            self._refuse(f"more than {MAX_VALUES:,} values", place, path)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place, path)
        if len(path) > MAX_DEPTH:
            self._refuse(f"more than {MAX_DEPTH} levels deep", place)
        # A tag is what makes YAML loaders create arbitrary Python objects. No constructor runs here, so `!!python/…`
        # would be harmless; it is refused to say so, instead of ignoring it.
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._report(f"tags such as {tag} are not allowed; a config is plain data", place, path)
        if event.anchor is None:
            return self._content(event, place, path)
        # While its value is being read, an anchor may not be used: the value would contain itself.
        self.open_anchors.add(event.anchor)
        value = self.anchors[event.anchor] = self._content(event, place, path)
        self.open_anchors.discard(event.anchor)
        return value

    def _content(self, event: Any, place: Place, path: KeyPath) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        # The type of a scalar is decided here by the rules of YAML 1.2, not by the parser: `no`, `on` and `1:30` stay
        # text, `1e-3` is a number.
        if event.style:  # quoted or block text
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
            # the value of a duplicate key is read all the same, so that mistakes inside of it are found
            mapping.setdefault(key, value)
        return mapping

    def _key(self, event: Any, place: Place, path: KeyPath) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            kind = {yaml.AliasEvent: "an alias", yaml.SequenceStartEvent: "a list"}.get(type(event), "a mapping")
            self._report(f"a key is text, got {kind}", place, (*path, kind))
            # The wrong key must be consumed with all that is inside of it, or the events would be out of step.
            if not isinstance(event, yaml.AliasEvent):
                self._value(event, (*path, kind))
            return kind
        text = str(event.value)
        if len(text) > MAX_KEY:
            message = f"a key of {len(text):,} characters; keys have at most {MAX_KEY:,}"
            text = f"{text[:20]}…"
            self._report(message, place, (*path, text))
            return text
        if event.style:
            return text
        if text == "<<":
            self._report("merge keys (<<) are not part of YAML 1.2; write the keys out", place, (*path, text))
        elif not text:
            self._report("a key is missing before the colon", place, (*path, text))
        elif _is_no_text(text) and not _INTEGER.fullmatch(text):  # a label may be a key, and stays as it is written
            self._report(f'a key is text; write "{text}" in quotes', place, (*path, text))
        return text

    def _alias(self, event: Any, place: Place, path: KeyPath) -> Any:
        if event.anchor in self.open_anchors:
            self._refuse(f"*{event.anchor} stands inside the value it repeats", place, path)
        if event.anchor not in self.anchors:
            message = f"*{event.anchor} repeats &{event.anchor}, which is not defined above"
            return self._report(f"{message}; quote a text that begins with *", place, path)
        # The copy counts as if it had been written out, before it is made.
        values, height = _extent(self.anchors[event.anchor])
        self.values += values
        if self.values > MAX_VALUES:
            self._refuse(f"the aliases expand to more than {MAX_VALUES:,} values", place, path)
        if len(path) + height > MAX_DEPTH:
            self._refuse(f"more than {MAX_DEPTH} levels deep", place)
        # a copy for each use: an override of one of them must not change the others
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
        """Note a mistake and read on."""
        # The section is not checked at a place that could not be read: a second error would follow from the first.
        if not readable:
            self.document.unreadable.add(path)
        key = format_path(path) or None
        self.document.problems.append(_mistake(message, code, place, key))
        if len(self.document.problems) > MAX_MISTAKES:
            self.document.problems.append(
                _mistake("the rest of the file has not been checked", "further_mistakes", place, key)
            )
            raise InvalidConfigError(self.document.problems)

    def _refuse(self, message: str, place: Place, path: KeyPath = ()) -> None:
        """Note a mistake after which nothing more can be read."""
        self._report(message, place, path)
        raise InvalidConfigError(self.document.problems)


_INTEGER = re.compile(r"-?\d+", re.ASCII)


def _character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # of an argument of the command line
        return f"the byte 0x{code - 0xDC00:02X}, which is not UTF-8,"
    return "a NUL byte" if code == 0 else f"the control character U+{code:04X}"


def _mistake(message: str, code: ErrorCode, place: Place, key: str | None) -> ConfigError:
    return ConfigError(message, code=code, file=place.file or None, line=place.line, column=place.column, key=key)


def _is_no_text(scalar: str) -> bool:
    try:
        return not isinstance(plain_scalar(scalar), str)
    except ValueError:
        return True


def _extent(value: Any) -> tuple[int, int]:
    """How many values `value` holds, itself included, and how many levels deep they go."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    extents = [_extent(item) for item in inner]
    return 1 + sum(values for values, _ in extents), max((height + 1 for _, height in extents), default=0)
