"""Descriptions of annotations and values for error messages: "expected a number greater than 0, got -1"."""

from __future__ import annotations

import math
import re
import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Len, Lt

from dlcli.core import ErrorCode, nearest_name, registry, show
from dlcli.spec.scalars import plain_scalar

#: Description of a section.
SECTION = "a mapping"

_NOUNS = {bool: "true or false", int: "an integer", float: "a number", str: "a string"}
_PLURALS = {bool: "booleans", int: "integers", float: "numbers", str: "strings", Any: "values"}
_BOOLEAN_WORDS = {
    "yes": True,
    "no": False,
    "on": True,
    "off": False,
    "y": True,
    "n": False,
    "true": True,
    "false": False,
}


@dataclass(frozen=True)
class DescribedAs:
    """Mark of a type with another description in messages than that of its annotation.

    Args:
        words: Description, such as "a mapping of parameters".
    """

    words: str


def peel(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Separate a type from its constraints: `Annotated[int, Gt(0)]` is `int` with `(Gt(0),)`."""
    if get_origin(annotation) is Annotated:
        inner, marks = peel(annotation.__origin__)
        return inner, (*marks, *annotation.__metadata__)
    return annotation, ()


def members(annotation: Any) -> tuple[Any, ...]:
    """Return the alternatives of a union, where null is `NoneType`; any other type is its only alternative."""
    inner, _ = peel(annotation)
    return get_args(inner) if get_origin(inner) in (Union, types.UnionType) else (annotation,)


def describe(annotation: Any) -> str:
    """Describe the values of a type: `a number greater than 0`, `a list of integers or null`."""
    alternatives = [member for member in members(annotation) if member is not types.NoneType]
    words = [_describe_one(member) for member in alternatives]
    if types.NoneType in members(annotation):
        words.append("null")
    return " or ".join(words)


def _describe_one(annotation: Any) -> str:
    inner, marks = peel(annotation)
    origin, arguments = get_origin(inner), get_args(inner)
    for mark in marks:
        if isinstance(mark, DescribedAs):
            return mark.words
    if kind := registry.component_kind(annotation):
        article = "an" if kind[0] in "aeiou" else "a"
        return f"{article} {kind} (its name or {{name: …, options}})"
    if origin is Literal:
        return f"one of: {', '.join(map(str, arguments))}" if len(arguments) > 1 else str(arguments[0])
    if origin is list:
        return f"a list of {_length(marks)}{_describe_many(arguments[0])}"
    if origin is dict:
        return f"a mapping of names to {_describe_many(arguments[1])}"
    return f"{_NOUNS[inner]}{_range(marks)}" if inner in _NOUNS else SECTION


def _describe_many(annotation: Any) -> str:
    inner, marks = peel(annotation)
    if kind := registry.component_kind(annotation):
        return f"{kind}s"
    if get_origin(inner) is list:
        return f"lists of {_length(marks)}{_describe_many(get_args(inner)[0])}"
    if inner in _PLURALS:
        return f"{_PLURALS[inner]}{_range(marks)}"
    if get_origin(inner) is Literal:
        return f"names ({', '.join(map(str, get_args(inner)))})"
    alternatives = members(annotation)
    if len(alternatives) > 1:
        return " or ".join("null" if member is types.NoneType else _describe_many(member) for member in alternatives)
    return "mappings"


def _length(marks: tuple[Any, ...]) -> str:
    """Return `2 ` for lists of two, and an empty string for lists of any length."""
    return next((f"{mark.min_length} " for mark in marks if isinstance(mark, Len)), "")


def _range(marks: tuple[Any, ...]) -> str:
    bounds: dict[type, Any] = {type(mark): mark for mark in marks}
    if Ge in bounds and Le in bounds:
        return f" from {bounds[Ge].ge} to {bounds[Le].le}"
    words = [
        f"{phrase} {getattr(bounds[bound], bound.__name__.lower())}"
        for bound, phrase in ((Gt, "greater than"), (Ge, "at least"), (Lt, "less than"), (Le, "at most"))
        if bound in bounds
    ]
    return f" {' and '.join(words)}" if words else ""


def expected(annotation: Any, value: Any) -> str:
    """Return the message for a value that does not fit its annotation."""
    words = describe(annotation)
    if isinstance(value, float) and not math.isfinite(value):
        words = words.replace("a number", "a finite number")
    separator = ";" if "one of: " in words else ","
    return f"expected {words}{separator} got {show(value)}{_hint(annotation, value)}"


def code_of(annotation: Any, value: Any) -> ErrorCode:
    """Return the code for a value that does not fit its annotation: wrong type, unknown name, or out of range."""
    alternatives = [peel(member)[0] for member in members(annotation)]
    names = [name for member in alternatives if get_origin(member) is Literal for name in get_args(member)]
    if isinstance(value, str) and names:
        return "unknown_name"
    accepted = {get_origin(member) or member for member in alternatives} | {type(name) for name in names}
    has_type = type(value) in accepted or (type(value) is int and float in accepted)
    return "out_of_range" if has_type else "wrong_type"


def _hint(annotation: Any, value: Any) -> str:
    """Return what the user probably meant, as the end of a message; empty if it is not clear."""
    alternatives = [peel(member)[0] for member in members(annotation)]
    numeric = int in alternatives or float in alternatives
    if isinstance(value, str):
        names = [name for member in alternatives if get_origin(member) is Literal for name in get_args(member)]
        near = nearest_name(value, [name for name in names if isinstance(name, str)])
        hint = _number_hint(value) if numeric else None
        if hint is not None:
            return hint
        if bool in alternatives and value.lower() in _BOOLEAN_WORDS:
            return f"; write {show(_BOOLEAN_WORDS[value.lower()])}"
        if types.NoneType in alternatives and value.lower() in ("none", "nil", "null"):
            return "; write null"
        if near is not None:
            return f"; did you mean {near}?"
    elif isinstance(value, float) and int in alternatives and value.is_integer() and abs(value) < 1e15:
        return f"; write {int(value)}"
    elif isinstance(value, bool | int | float) and str in alternatives:
        return "; write it in quotes"
    lists = [member for member in alternatives if get_origin(member) is list]
    alone = type(value) not in alternatives and not any(isinstance(mark, Len) for mark in _marks(annotation))
    if lists and alone and isinstance(value, bool | int | float | str) and _fits(value, get_args(lists[0])[0]):
        return f"; write [{value if isinstance(value, str) else show(value)}]"
    return ""


def _marks(annotation: Any) -> list[Any]:
    """Return the constraints of all alternatives."""
    return [mark for member in members(annotation) for mark in peel(member)[1]]


def _number_hint(text: str) -> str | None:
    """Return the hint for a string in place of a number; None if the string is not a number in any spelling."""
    number = plain_scalar(text) if len(text) < 40 else None
    if isinstance(number, int | float) and not isinstance(number, bool):
        return "; remove the quotes"
    digits = re.sub(r"(?<=\d)[_,](?=\d{3})", "", text)
    if digits != text and re.fullmatch(r"[-+]?\d+(\.\d+)?", digits):
        return f"; write {digits}"
    if percent := re.fullmatch(r"(\d+(?:\.\d+)?) ?%", text):
        return f"; write {float(percent.group(1)) / 100:g}"
    return None


def _fits(value: Any, annotation: Any) -> bool:
    if registry.component_kind(annotation):
        return isinstance(value, str)
    accepted = [peel(member)[0] for member in members(annotation)]
    literals = [name for member in accepted if get_origin(member) is Literal for name in get_args(member)]
    return type(value) in accepted or value in literals or (type(value) is int and float in accepted)
