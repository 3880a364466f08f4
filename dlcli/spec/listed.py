"""Pydantic type of components in a list, written like layers: a name, or a mapping from the name to its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import CoreSchema

from dlcli.core import registry, show
from dlcli.spec.component import DEFINED_AS, ComponentField, ComponentSpec, check_name, check_options
from dlcli.spec.mistake import Mistake, mistakes_of, validation_error
from dlcli.spec.section import plain

#: Suffix of the JSON Schema's definition of an entry in a list of components.
IN_LIST = "_in_list"


@dataclass(frozen=True)
class ListedSpec(ComponentSpec):
    """A component of a list that has been checked but not created."""

    def plain(self) -> Any:
        return {self.name: plain(self.options)} if self.options else self.name


@dataclass(frozen=True)
class ListedComponentField(ComponentField):
    """Pydantic type of an entry: `horizontal_flip` or `{random_crop: {padding: 4}}`."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {DEFINED_AS: self.kind + IN_LIST}

    def check(self, value: Any) -> ListedSpec:
        if isinstance(value, ListedSpec):
            value = {value.name: value.options}
        if isinstance(value, str):
            value = {value: {}}
        if not isinstance(value, dict) or len(value) != 1 or value.get("name") in registry.names(self.kind):
            raise validation_error([Mistake((), self._not_an_entry(value), "wrong_type")])
        [(name, options)] = value.items()
        check_name(self.kind, name, (name,))
        options = {} if options is None else options
        if not isinstance(options, dict):
            raise validation_error(
                [Mistake((name,), f"expected the options of {name}, got {show(options)}", "wrong_type")]
            )
        try:
            return ListedSpec(self.kind, name, check_options(self.kind, name, options))
        except ValidationError as error:
            raise validation_error([mistake.below(name) for mistake in mistakes_of(error)]) from None

    def _not_an_entry(self, value: Any) -> str:
        if isinstance(value, dict) and value.get("name") in registry.names(self.kind):
            return f"expected one {self.kind} with its options; write {{{value['name']}: {{…}}}}"
        if isinstance(value, dict) and len(value) > 1:
            first, *others = value
            keys = f"got the keys {', '.join(map(str, value))}; indent {', '.join(map(str, others))} below {first}"
            return f"expected one {self.kind} with its options, {keys}"
        article = "an" if self.kind[0] in "aeiou" else "a"
        return f"expected the name of {article} {self.kind}, or {{name: {{options}}}}; got {show(value)}"
