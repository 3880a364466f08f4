"""The JSON Schema (draft 7) of a config, for editors that complete and check YAML as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from dlcli.core import NODE_NAME, PREVIOUS, registry
from dlcli.spec.component import DEFINED_AS, options_model
from dlcli.spec.listed import IN_LIST
from dlcli.spec.schema import Sections
from dlcli.spec.section import Section, plain
from dlcli.spec.transfer import FROM, KEYS, TransferSection

DIALECT = "http://json-schema.org/draft-07/schema#"
_POINTER = "#/definitions/"

_OUTPUT = {"type": ["string", "null"], "description": "the layer whose output is the model's; null = the last"}
_SOURCE = {
    "type": ["string", "null"],
    "minLength": 1,
    "description": registry.argument_descriptions(TransferSection)[FROM] + "; null = random weights",
}
_CONNECTIONS = {
    "name": {
        "type": ["string", "null"],
        "pattern": f"^{NODE_NAME}$",
        "description": "what other layers call its output",
    },
    "inputs": {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
        "description": "the layers it reads, by name; previous = the one before, input = the examples",
        "default": PREVIOUS,
    },
}


def json_schema() -> dict[str, Any]:
    """The schema of a whole config, with every component that is registered."""
    return schema_of(Sections, {"model": _model_schema()})


def schema_of(sections: type[Section], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a file, with the definitions of all that it refers to."""
    schema = _section_schema(sections)
    definitions |= schema.pop("definitions")
    missing = _references(schema) | _references(definitions)
    while missing := missing - set(definitions):
        for name in sorted(missing):
            kind = name.removesuffix(IN_LIST)
            definitions[name] = _kind_schema(kind) if kind == name else _entry_schema(kind, {})
        missing = _references(definitions)
    return {"$schema": DIALECT, **schema, "definitions": dict(sorted(definitions.items()))}


class _Generator(GenerateJsonSchema):
    """Pydantic's schema without its titles, with defaults as they are written in YAML."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def encode_default(self, dft: Any) -> Any:
        return plain(dft)


def _section_schema(section: type[Section]) -> JsonSchemaValue:
    """A section's schema, with those inside it under `definitions`."""
    schema = section.model_json_schema(ref_template=f"{_POINTER}{{model}}", schema_generator=_Generator)
    del schema["title"]
    schema["definitions"] = schema.pop("$defs", {})
    in_draft_7: JsonSchemaValue = _in_draft_7(schema)
    return in_draft_7


def _in_draft_7(schema: Any) -> Any:
    """References inside an `allOf`, as draft 7 ignores whatever stands beside a `$ref`; no keys but those described."""
    if isinstance(schema, list):
        return [_in_draft_7(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _in_draft_7(item) for key, item in schema.items()}
    if DEFINED_AS in inner:
        inner["$ref"] = _POINTER + inner.pop(DEFINED_AS)
    if "patternProperties" in inner:
        inner["additionalProperties"] = False
    if "$ref" in inner and len(inner) > 1:
        inner["allOf"] = [{"$ref": inner.pop("$ref")}]
    return inner


def _kind_schema(kind: str) -> dict[str, Any]:
    """Every component of a kind: as a bare name where nothing is required, or as a mapping."""
    key = "format" if kind == "format" else "name"
    mappings = [_component_schema(kind, name, key) for name in registry.names(kind)]
    bare = [name for name, mapping in zip(registry.names(kind), mappings, strict=True) if mapping["required"] == [key]]
    if not bare or kind == "format":
        return {"anyOf": mappings} if mappings else {"not": {}}
    return {"anyOf": [{"enum": bare, "description": f"the name of the {kind}"}, *mappings]}


def _component_schema(kind: str, name: str, key: str | None) -> dict[str, Any]:
    """The mapping of one component: its options, and its name under `key` when they stand side by side."""
    component = registry.lookup(kind, name)
    schema = _section_schema(options_model(component))
    del schema["definitions"]
    if key is not None:
        summary = registry.summary(component)
        schema["properties"] = {key: {"const": name, "description": summary}} | schema["properties"]
        schema["required"] = [key, *schema.get("required", [])]
    return schema


def _model_schema() -> dict[str, Any]:
    """A model in each of its forms, and in each with the weights it starts from, or without."""
    names = registry.names("architecture")
    forms = [_component_schema("architecture", name, "architecture") for name in names]
    layers = {
        "type": "object",
        "properties": {
            "layers": {"type": "array", "items": _layer_schema(), "minItems": 1, "description": "the layers in order"},
            "output": _OUTPUT,
        },
        "required": ["layers"],
        "additionalProperties": False,
    }
    weights = _section_schema(TransferSection)
    del weights["definitions"]
    for form in (*forms, layers):
        form["properties"] = form["properties"] | weights["properties"] | {FROM: _SOURCE}
        form["dependencies"] = {key: [FROM] for key in KEYS if key != FROM}
    return {"anyOf": [*forms, layers, weights]}


def _layer_schema() -> dict[str, Any]:
    """An entry of `layers`, whose options have `name` and `inputs` beside them."""
    return _entry_schema("layer", _CONNECTIONS)


def _entry_schema(kind: str, more: dict[str, Any]) -> dict[str, Any]:
    """An entry of a list of components: a name, or a mapping from one name to its options and `more`."""
    options = {name: _component_schema(kind, name, None) for name in registry.names(kind)}
    bare = [name for name, schema in options.items() if not schema.get("required")]
    for schema in options.values():
        schema["properties"] = schema.get("properties", {}) | more
    as_mapping = {"type": "object", "properties": options, "additionalProperties": False}
    as_mapping |= {"minProperties": 1, "maxProperties": 1}
    return {"anyOf": [{"enum": bare, "description": f"a {kind} without options"}, as_mapping]}


def _references(schema: Any) -> set[str]:
    """The names that a schema refers to."""
    return {reference.removeprefix(_POINTER) for reference in _pointers(schema)}


def _pointers(schema: Any) -> Iterator[str]:
    items = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        yield schema["$ref"]
    for item in items:
        yield from _pointers(item)
