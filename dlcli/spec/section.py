"""Base class of checked mappings: strict types, no unknown keys, readable mistakes.

Pydantic finds the mistakes; each section rewords its own, as it knows its keys. The reworded mistakes pass through the
enclosing sections, which only extend their paths.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import CoreSchema, ErrorDetails

from dlcli.core import ERROR_CODES, Bound, ErrorCode, formatting, registry, unknown_name
from dlcli.spec.expectations import SECTION, code_of, describe, expected, members, peel
from dlcli.spec.key_paths import KeyPath
from dlcli.spec.mistake import FURTHER, MAX_MISTAKES, MISSING_KEY, UNKNOWN_KEY, Mistake, validation_error

#: Suffix of pydantic's path to an invalid key of a mapping.
_OF_KEY = "[key]"
#: Codes of mistakes that are reported in addition to mistakes of values in the same mapping.
_ABOUT_KEYS = (UNKNOWN_KEY, MISSING_KEY, FURTHER)
_OMIT = "; omit the key for the defaults"


class Section(BaseModel):
    """A mapping with known keys: typed fields, described in the docstring."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        validate_default=True,
        protected_namespaces=(),
        defer_build=True,
    )

    @model_validator(mode="wrap")
    @classmethod
    def _reword_mistakes(cls, value: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            # An inner section has already reworded its own mistakes; they arrive as custom errors and pass through
            # unchanged, after pydantic has prefixed their path with this section's key.
            errors = error.errors(include_url=False)
            # A list of a million wrong values would otherwise be a million lines; an inner section may have limited
            # them already.
            is_cut = len(errors) > MAX_MISTAKES and not any(details["type"] == FURTHER for details in errors)
            reworded = _without_echoes(
                [_reword(details, cls) for details in errors[: MAX_MISTAKES if is_cut else None]]
            )
            if is_cut:
                message = f"and {formatting.count(len(errors) - MAX_MISTAKES, 'more mistake')}"
                reworded.append(Mistake(reworded[-1].path, message, FURTHER))
            # from None: pydantic's own errors have the same content in the words of pydantic
            raise validation_error(reworded) from None

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        json_schema = handler(schema)
        section = handler.resolve_ref_schema(json_schema)
        section["description"] = registry.summary(cls)
        for key, description in cls.descriptions().items():
            section["properties"][key]["description"] = description
        return json_schema

    @classmethod
    def descriptions(cls) -> Mapping[str, str]:
        """Return key → description from the docstring."""
        return registry.argument_descriptions(cls)

    @classmethod
    def keys(cls) -> Collection[str]:
        """Return the keys of the section."""
        return cls.model_fields.keys()

    def plain(self) -> dict[str, Any]:
        """Return the section as a plain mapping with every key, as it is written in YAML."""
        return {key: plain(getattr(self, name)) for key, name in _attributes(type(self)).items()}


def plain(value: Any) -> Any:
    """Convert a checked value to mappings, lists and scalars."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Bound):
        return str(value)
    if hasattr(value, "plain"):
        return value.plain()
    return plain(registry.option_values(value)) if dataclasses.is_dataclass(value) else value


def fields_of(section: type[Section]) -> dict[str, FieldInfo]:
    """Return the fields of a section by their keys in YAML."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def annotation_of(field: FieldInfo) -> Any:
    """Return the type of a field with its constraints."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _attributes(section: type[Section]) -> dict[str, str]:
    return {field.alias or name: name for name, field in section.model_fields.items()}


def unknown_key(key: str, known: Collection[str]) -> str:
    """Return the message for a key that is not one of `known`."""
    hint = "; a space is missing after the colon" if key.partition(":")[0] in known else ""
    return unknown_name("key", key, known) + hint


def _reword(details: ErrorDetails, section: type[Section]) -> Mistake:
    """Reword one of pydantic's errors about a section."""
    kind, path, value = details["type"], details["loc"], details["input"]
    fields = fields_of(section)
    # Three kinds of errors: those with our own message, those about keys, and those of pydantic about a value, of which
    # only the path is used; their message is derived from the annotation.
    own_words = _own_words(details)
    if not path:
        return Mistake(
            path,
            own_words or f"{expected(Section, value)}{_OMIT if value is None else ''}",
            _code(details, Section),
        )
    key = str(path[0])
    if kind == "extra_forbidden":
        return Mistake(path, unknown_key(key, fields), UNKNOWN_KEY)
    if key not in fields:  # pydantic's path to a wrong default contains the attribute instead of the key
        key = section.model_fields[key].alias or key
    annotation = annotation_of(fields[key])
    if kind == "missing":
        words = describe(annotation)
        return Mistake(path, f"missing key {key}" + (f"; expected {words}" if words != SECTION else ""), MISSING_KEY)
    annotation, inner = _without_tags(annotation, path[1:])
    code = UNKNOWN_KEY if path[-1] == _OF_KEY else _code(details, annotation)
    offset = details.get("ctx", {}).get("offset", 0)
    message = own_words or expected(annotation, value)
    return Mistake((key, *inner), message, code, offset=offset)


def _code(details: ErrorDetails, annotation: Any) -> ErrorCode:
    """Return the code of one of pydantic's errors about a value of this type."""
    if details["type"] in ERROR_CODES:
        return details["type"]
    return "invalid_value" if details["type"] == "value_error" else code_of(annotation, details["input"])


def _own_words(details: ErrorDetails) -> str | None:
    """Return the message of an error that dlcli raised; None for errors of pydantic."""
    if details["type"] in ERROR_CODES:
        return str(details["ctx"]["message"])
    return str(details["ctx"]["error"]) if details["type"] == "value_error" else None


def _without_tags(annotation: Any, path: KeyPath) -> tuple[Any, KeyPath]:
    """Return the annotation at `path` below a field, and the path without pydantic's tags of union members."""
    # Pydantic's path to an error inside of a union has a tag for the member that was tried, e.g. ("layers", "list[…]",
    # 3, "units") for `str | list[…]`. The document has no such level, so the tag is removed. Annotation and path are
    # traversed together: at a union an element of the path is a tag, at a list or mapping it is an index or key, and
    # anywhere else the path ends.
    alternatives = [member for member in members(annotation) if member is not type(None)]
    if len(alternatives) > 1:
        # Scalars of a union contain nothing: the mistake is about the field itself, and one message names all members.
        # Only a container can contain a mistake.
        containers = [member for member in alternatives if get_origin(peel(member)[0]) in (list, dict)]
        if len(path) < 2 or not containers:
            return annotation, ()
        return _without_tags(containers[0], path[1:])
    inner, _ = peel(alternatives[0])
    if path and get_origin(inner) in (list, dict):
        # The mistake is about a key of a mapping, whose type is the first type argument.
        if path[1:] == (_OF_KEY,):
            return get_args(inner)[0], path[:1]
        below, rest = _without_tags(get_args(inner)[-1], path[1:])
        return below, (path[0], *rest)
    return annotation, path


def _without_echoes(mistakes: list[Mistake]) -> list[Mistake]:
    """Remove duplicates, and mistakes of lists and mappings that have a more specific mistake inside."""
    # A union reports a wrong value once for each member; the reworded mistakes are equal.
    unique = {(mistake.path, mistake.message): mistake for mistake in mistakes}.values()
    holders = {mistake.path[:end] for mistake in unique for end in range(1, len(mistake.path))}
    return [mistake for mistake in unique if mistake.code in _ABOUT_KEYS or mistake.path not in holders]
