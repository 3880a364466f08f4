"""The JSON Schema (draft 7) of a config, for completion and checks in editors."""

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

_OUTPUT = {
    "anyOf": [
        {"type": ["string", "null"]},
        {
            "type": "object",
            "propertyNames": {"pattern": f"^{NODE_NAME}$"},
            "additionalProperties": {"type": "string"},
            "minProperties": 1,
        },
    ],
    "description": "Layer whose output is the model's, or the layer of each output by name; null = the last.",
}
_SOURCE = {
    "type": ["string", "null"],
    "minLength": 1,
    "description": registry.argument_descriptions(TransferSection)[FROM].rstrip(".") + "; null = random weights.",
}
_CONNECTIONS = {
    "name": {
        "type": ["string", "null"],
        "pattern": f"^{NODE_NAME}$",
        "description": "Name of its output for other layers.",
    },
    "inputs": {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
        "description": "Names of the layers that it reads; previous = the one before, input = the examples, "
        "<name>.state = the states of a recurrent layer after the last step.",
        "default": PREVIOUS,
    },
}


def json_schema() -> dict[str, Any]:
    """Return the schema of a whole config with all registered components."""
    return schema_of(Sections, {"model": _model_schema()})


def schema_of(sections: type[Section], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a file with all definitions that it refers to.

    Args:
        sections: Sections of the file.
        definitions: Name → schema of additional definitions.
    """
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
    """Generator of Pydantic's schema without titles and with defaults as they are written in YAML."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def encode_default(self, dft: Any) -> Any:
        return plain(dft)


def _section_schema(section: type[Section]) -> JsonSchemaValue:
    """Return the schema of a section, with those of inner sections under `definitions`."""
    schema = section.model_json_schema(ref_template=f"{_POINTER}{{model}}", schema_generator=_Generator)
    del schema["title"]
    schema["definitions"] = schema.pop("$defs", {})
    draft_7: JsonSchemaValue = _to_draft_7(schema)
    return draft_7


def _to_draft_7(schema: Any) -> Any:
    """Move references into an `allOf`, as draft 7 ignores keys next to a `$ref`, and allow only described keys."""
    if isinstance(schema, list):
        return [_to_draft_7(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _to_draft_7(item) for key, item in schema.items()}
    if DEFINED_AS in inner:
        inner["$ref"] = _POINTER + inner.pop(DEFINED_AS)
    if "patternProperties" in inner:
        inner["additionalProperties"] = False
    if "$ref" in inner and len(inner) > 1:
        inner["allOf"] = [{"$ref": inner.pop("$ref")}]
    return inner


def _kind_schema(kind: str) -> dict[str, Any]:
    """Return the schema of a component: a name if no option is required, or a mapping."""
    key = "format" if kind == "format" else "name"
    mappings = [_component_schema(kind, name, key) for name in registry.names(kind)]
    bare = [name for name, mapping in zip(registry.names(kind), mappings, strict=True) if mapping["required"] == [key]]
    if not bare or kind == "format":
        return {"anyOf": mappings} if mappings else {"not": {}}
    return {"anyOf": [{"enum": bare, "description": f"Name of the {kind}."}, *mappings]}


def _component_schema(kind: str, name: str, key: str | None) -> dict[str, Any]:
    """Return the schema of one component's mapping.

    Args:
        kind: Kind in the registry.
        name: Name in the registry.
        key: Key of the name among the options; None if the mapping has only options.
    """
    component = registry.lookup(kind, name)
    section = _section_schema(options_model(component))
    schema: dict[str, Any] = _inlined(section, section.pop("definitions"))
    if key is not None:
        summary = registry.summary(component)
        schema["properties"] = {key: {"const": name, "description": summary}} | schema["properties"]
        schema["required"] = [key, *schema.get("required", [])]
    return schema


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Return a schema with definitions in place of the references to them."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).removeprefix(_POINTER)
    if name in definitions:
        return _inlined(definitions[name], definitions)
    return {key: _inlined(item, definitions) for key, item in schema.items()}


def _model_schema() -> dict[str, Any]:
    """Return the schema of a model: an architecture or layers, each with optional weights, or the model of a run."""
    names = registry.names("architecture")
    forms = [_component_schema("architecture", name, "architecture") for name in names]
    layers = {
        "type": "object",
        "properties": {
            "layers": {"type": "array", "items": _layer_schema(), "minItems": 1, "description": "Layers in order."},
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
    """Return the schema of an entry of `layers`, which has `name` and `inputs` next to its options."""
    return _entry_schema("layer", _CONNECTIONS)


def _entry_schema(kind: str, more: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an entry of a list of components: a name, or a mapping from one name to its options.

    Args:
        kind: Kind in the registry.
        more: Key → schema of further keys of every entry.
    """
    options = {name: _component_schema(kind, name, None) for name in registry.names(kind)}
    bare = [name for name, schema in options.items() if not schema.get("required")]
    for schema in options.values():
        schema["properties"] = schema.get("properties", {}) | more
    as_mapping = {"type": "object", "properties": options, "additionalProperties": False}
    as_mapping |= {"minProperties": 1, "maxProperties": 1}
    return {"anyOf": [{"enum": bare, "description": f"Name of the {kind}, without options."}, as_mapping]}


def _references(schema: Any) -> set[str]:
    """Return the names that a schema refers to."""
    return {reference.removeprefix(_POINTER) for reference in _pointers(schema)}


def _pointers(schema: Any) -> Iterator[str]:
    items = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        yield schema["$ref"]
    for item in items:
        yield from _pointers(item)
