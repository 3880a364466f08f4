"""The section `model`: a registered architecture next to its options, or a list of layers.

Both can have keys for the initial weights. If these come from a run, the model can be omitted: it is that of the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from dlcli.core import INPUT, NODE_NAME, PREVIOUS, registry, show
from dlcli.spec.component import DEFINED_AS, ComponentSpec, check_name, check_options
from dlcli.spec.expectations import expected
from dlcli.spec.mistake import FURTHER, MAX_MISTAKES, MISSING_KEY, UNKNOWN_KEY, Mistake, mistakes_of, validation_error
from dlcli.spec.section import plain, unknown_key
from dlcli.spec.transfer import FROM, KEYS, TransferSection, check_transfer


@dataclass(frozen=True)
class LayerSpec:
    """One entry of `layers`.

    Args:
        layer: Type of the layer with its options.
        name: Name of its output for other layers; None if it has no name.
        inputs: Names of the nodes that it reads; `previous` is the entry before, `input` the examples, `<name>.state`
            the states of a recurrent layer after the last step.
    """

    layer: ComponentSpec
    name: str | None = None
    inputs: tuple[str, ...] = (PREVIOUS,)

    def plain(self) -> Any:
        options = plain(self.layer.options)
        if self.name is not None:
            options["name"] = self.name
        if self.inputs != (PREVIOUS,):
            options["inputs"] = list(self.inputs)
        return {self.layer.name: options} if options else self.layer.name


@dataclass(frozen=True)
class ModelSpec:
    """A model that has been checked but not built: an architecture, layers, or only the run that has the model.

    Args:
        architecture: Architecture with its options.
        layers: Layers in the order of the file.
        output: Name of the node whose output is the model's, or the node of each output by name; None for the last one.
        transfer: Source of the initial weights; None for random weights.
    """

    architecture: ComponentSpec | None = None
    layers: tuple[LayerSpec, ...] | None = None
    output: str | Mapping[str, str] | None = None
    transfer: TransferSection | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(check_model)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {DEFINED_AS: "model"}

    def plain(self) -> dict[str, Any]:
        transfer = {} if self.transfer is None else self.transfer.plain()
        if self.architecture is not None:
            return {"architecture": self.architecture.name, **plain(self.architecture.options), **transfer}
        if self.layers is not None:
            return {"layers": plain(list(self.layers)), "output": plain(self.output), **transfer}
        return transfer


def check_model(value: Any) -> ModelSpec:
    """Check a model and add its defaults.

    Raises:
        ValidationError: The model has mistakes.
    """
    if isinstance(value, ModelSpec):
        return value
    if not isinstance(value, dict):
        raise validation_error(
            [Mistake((), f"expected a mapping with architecture or layers, got {show(value)}", "wrong_type")]
        )
    if "architecture" in value and "layers" in value:
        raise validation_error(
            [Mistake(("layers",), "expected either architecture or layers, got both", "conflicting_options")]
        )
    transfer, structure, mistakes = None, ModelSpec(), list[Mistake]()
    try:
        transfer = check_transfer(value) if any(key in KEYS for key in value) else None
    except ValidationError as error:
        mistakes += mistakes_of(error)
    try:
        structure = _check_structure(value)
    except ValidationError as error:
        mistakes += mistakes_of(error)
    if mistakes:
        raise validation_error(mistakes)
    return replace(structure, transfer=transfer)


def _check_structure(value: dict[str, Any]) -> ModelSpec:
    """Check the architecture or layers of a model, without its initial weights."""
    own = {key: option for key, option in value.items() if key not in KEYS}
    if "architecture" in own:
        return ModelSpec(architecture=_check_architecture(own, _transfer_keys(value)))
    if "layers" in own:
        return _check_layers(own, _transfer_keys(value))
    if value.get(FROM) is None:
        raise validation_error([Mistake(("architecture",), "missing key architecture or layers", MISSING_KEY)])
    keys = ("architecture", "layers", *KEYS)
    mistakes = [Mistake((key,), unknown_key(key, keys), UNKNOWN_KEY) for key in own]
    if mistakes:
        raise validation_error(mistakes)
    return ModelSpec()


def _transfer_keys(value: dict[str, Any]) -> tuple[str, ...]:
    """Return the keys of initial weights that an unknown key is compared with."""
    return KEYS if FROM in value else (FROM,)


def _check_architecture(value: dict[str, Any], other_keys: tuple[str, ...]) -> ComponentSpec:
    options = dict(value)
    name = options.pop("architecture")
    if not isinstance(name, str):
        hint = "; write its options next to it" if isinstance(name, dict) else ""
        message = f"expected the name of an architecture, got {show(name)}{hint}"
        raise validation_error([Mistake(("architecture",), message, "wrong_type")])
    check_name("architecture", name, ("architecture",))
    keys = [option.name for option in registry.options(registry.lookup("architecture", name))]
    mistakes = _unknown_keys(options, keys, other_keys)
    known = {key: option for key, option in options.items() if key in keys}
    try:
        checked = check_options("architecture", name, known)
    except ValidationError as error:
        mistakes += mistakes_of(error)
    if mistakes:
        raise validation_error(mistakes)
    return ComponentSpec("architecture", name, checked)


def _unknown_keys(value: dict[str, Any], keys: Sequence[str], other_keys: Sequence[str]) -> list[Mistake]:
    return [Mistake((key,), unknown_key(key, [*keys, *other_keys]), UNKNOWN_KEY) for key in value if key not in keys]


def _check_layers(value: dict[str, Any], other_keys: tuple[str, ...]) -> ModelSpec:
    mistakes = _unknown_keys(value, ("layers", "output"), other_keys)
    output = value.get("output")
    mistakes += _output_mistakes(output)
    entries = value["layers"]
    if not isinstance(entries, list) or not entries:
        mistakes.append(Mistake(("layers",), f"expected a list of layers, got {show(entries)}", "wrong_type"))
        raise validation_error(mistakes)
    layers: list[LayerSpec] = []
    for index, entry in enumerate(entries):
        try:
            layers.append(_check_layer(entry))
        except ValidationError as error:
            mistakes += [mistake.below("layers", index) for mistake in mistakes_of(error)]
            if len(mistakes) > MAX_MISTAKES:
                further = Mistake(("layers", index), "the layers after this one were not checked", FURTHER)
                raise validation_error([*mistakes, further]) from None
    mistakes += _repeated_names(entries)
    if mistakes:
        raise validation_error(mistakes)
    return ModelSpec(layers=tuple(layers), output=output)


def _output_mistakes(output: Any) -> list[Mistake]:
    """Return what is wrong with `output`: the name of a node, or the node of each output by name."""
    if output is None or isinstance(output, str):
        return []
    if not isinstance(output, dict) or not output:
        message = f"expected the name of a layer, or a mapping from names of outputs to layers, got {show(output)}"
        return [Mistake(("output",), message, "wrong_type")]
    mistakes = []
    for name, node in output.items():
        if not isinstance(name, str) or not re.fullmatch(NODE_NAME, name):
            message = f"expected a name of letters, digits and _, got {show(name)}"
            mistakes.append(Mistake(("output", str(name)), message))
        if not isinstance(node, str):
            mistakes.append(Mistake(("output", str(name)), expected(str, node), "wrong_type"))
    return mistakes


def _check_layer(entry: Any) -> LayerSpec:
    """Check one entry: the name of a layer, or a mapping from it to its options, `name` and `inputs`."""
    if isinstance(entry, str):
        check_name("layer", entry)
        return LayerSpec(ComponentSpec("layer", entry, check_options("layer", entry, {})))
    if not isinstance(entry, dict) or len(entry) != 1:
        raise validation_error([Mistake((), _not_a_layer(entry), "wrong_type")])
    [(layer, options)] = entry.items()
    check_name("layer", layer, (layer,))
    options = {} if options is None else options
    if not isinstance(options, dict):
        raise validation_error(
            [
                Mistake(
                    (layer,),
                    f"expected the options of {layer}, got {show(options)}{_first_option(layer)}",
                    "wrong_type",
                )
            ]
        )
    name, inputs = options.get("name"), options.get("inputs", PREVIOUS)
    inputs = [inputs] if isinstance(inputs, str) else inputs
    mistakes = [Mistake((layer, key), message) for key, message in _graph_mistakes(name, inputs)]
    try:
        own = {key: option for key, option in options.items() if key not in ("name", "inputs")}
        checked = check_options("layer", layer, own)
    except ValidationError as error:
        mistakes += [mistake.below(layer) for mistake in mistakes_of(error)]
    if mistakes:
        raise validation_error(mistakes)
    return LayerSpec(ComponentSpec("layer", layer, checked), name, tuple(inputs))


def _first_option(layer: str) -> str:
    first = next(iter(registry.options(registry.lookup("layer", layer))), None)
    return f"; write {layer}: {{{first.name}: …}}" if first else ""


def _graph_mistakes(name: Any, inputs: Any) -> Iterator[tuple[str, str]]:
    """Yield key and message of each mistake in a layer's `name` and `inputs`."""
    if name is not None and (not isinstance(name, str) or not re.fullmatch(NODE_NAME, name)):
        yield "name", f"expected a name of letters, digits and _, got {show(name)}"
    if name in (PREVIOUS, INPUT):
        yield "name", f"the name {name} is reserved"
    if not isinstance(inputs, list) or not inputs or not all(isinstance(source, str) for source in inputs):
        yield "inputs", f"expected the name of a layer or a list of names, got {show(inputs)}"


def _not_a_layer(entry: Any) -> str:
    if isinstance(entry, dict) and len(entry) > 1:
        if "name" in entry and entry["name"] in registry.names("layer"):
            return f"expected one layer with its options; write {entry['name']}: {{…}}"
        layer, *others = entry
        keys = f"got the keys {', '.join(entry)}; indent {', '.join(others)} below {layer}"
        return f"expected one layer with its options, {keys}"
    return f"expected the name of a layer, or {{name: {{options}}}}; got {show(entry)}"


def _repeated_names(entries: list[Any]) -> list[Mistake]:
    """Return a mistake for each name that an earlier layer has."""
    mistakes: list[Mistake] = []
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        [(type_name, options)] = entry.items() if isinstance(entry, dict) and len(entry) == 1 else [("", None)]
        name = options.get("name") if isinstance(options, dict) else None
        if isinstance(name, str) and name in first:
            message = f"the name {name!r} is already used by layers[{first[name]}]"
            mistakes.append(Mistake(("layers", index, type_name, "name"), message, "duplicate_name"))
        elif isinstance(name, str):
            first[name] = index
    return mistakes
