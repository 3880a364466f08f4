"""Writing of plain values as YAML that loads to the same values in the YAML 1.2 core schema."""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from dlcli.spec.scalars import plain_scalar


def to_yaml(value: Any) -> str:
    """Return a mapping as block YAML, with keys in their order and lists of scalars on one line."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def to_flow(value: Any) -> str:
    """Return a value as YAML on one line: `{name: sgd, learning_rate: 0.1}`."""
    text = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf, default_flow_style=True
    )
    return text.removesuffix("\n").removesuffix("\n...")


class _Dumper(yaml.SafeDumper):
    """YAML dumper that quotes strings by the rules of YAML 1.2, and never writes anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """Return the implicit tag of a value: the type of an unquoted scalar."""
        if kind is not yaml.ScalarNode:
            return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
        return _TAG + (_tag_name(value) if implicit[0] else "str")


_TAG = "tag:yaml.org,2002:"
_TAG_NAMES = {type(None): "null", bool: "bool", int: "int", float: "float", str: "str"}


def _tag_name(text: str) -> str:
    if text == "<<":
        return "merge"
    try:
        return _TAG_NAMES[type(plain_scalar(text))]
    except ValueError:  # too many digits for a number
        return "int"


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Represent a string on one line; line breaks of Unicode are escaped, as YAML 1.1 would fold them."""
    return dumper.represent_scalar(f"{_TAG}str", text, style='"' if re.search("[\x85\u2028\u2029]", text) else None)


def _number(dumper: _Dumper, number: float) -> yaml.ScalarNode:
    words = {math.inf: ".inf", -math.inf: "-.inf"}
    text = ".nan" if math.isnan(number) else words.get(number) or repr(number)
    return dumper.represent_scalar(f"{_TAG}float", text)


def _list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    flow = not any(isinstance(item, dict | list) for item in items)
    return dumper.represent_sequence(f"{_TAG}seq", items, flow_style=flow or None)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)
_Dumper.add_representer(list, _list)
