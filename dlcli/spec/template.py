"""Template of a config, with the description of every key as a comment."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from dlcli.core import registry
from dlcli.spec.component import ComponentSpec, is_settings, options_model
from dlcli.spec.expectations import members, peel
from dlcli.spec.model import ModelSpec
from dlcli.spec.schema import Sections
from dlcli.spec.section import Section, fields_of, plain
from dlcli.spec.transfer import FROM, TransferSection
from dlcli.spec.yaml_loader import load_yaml
from dlcli.spec.yaml_writer import to_flow

_SMALL_MLP = "model: {architecture: mlp, hidden_units: [64, 32]}"
_START = """\
name: {name}
data:
  dataset: {dataset}
  split: {{train: 0.6, dev: 0.2, test: 0.2}}
{first_config}
optimizer:
  name: adam
  learning_rate: 1e-3
regularization:
  early_stopping: {{patience: 5}}
training:
  gradient_clipping: {{max_norm: 5.0}}
"""
#: Keys of initial weights that are not random.
_OTHER_KEYS = {key: field for key, field in fields_of(TransferSection).items() if key != FROM}
_COLUMN = 34
_WIDTH = 118


def commented_template(name: str = "my-experiment", dataset: str = "digits") -> str:
    """Return a complete config that trains a small model, with a comment for every key.

    Args:
        name: Name of the experiment.
        dataset: Registered data set without required options.

    Raises:
        ConfigError: The data set is unknown.
    """
    first_config = getattr(registry.lookup("dataset", dataset), "first_config", None) or _SMALL_MLP
    text = _START.format(name=name, dataset=dataset, first_config=first_config)
    start = load_yaml(text, f"{name}.yaml")
    return "\n".join(_lines(Sections.model_validate(start.data), "")) + "\n"


def _lines(holder: Any, indent: str) -> Iterator[str]:
    for key, value, description in _entries(holder):
        is_component = isinstance(value, ComponentSpec) and bool(value.options)
        is_section = isinstance(value, Section | ModelSpec) or is_settings(type(value)) or is_component
        if is_section and not indent:
            yield ""
        line = f"{indent}{key}:" if is_section else f"{indent}{key}: {to_flow(plain(value))}"
        yield from _add_comment(line, description, indent)
        if is_section:
            yield from _lines(value, indent + "  ")


def _entries(holder: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield the keys of a mapping with their values and descriptions.

    Args:
        holder: Section, instance of settings, component or model.
    """
    if isinstance(holder, ModelSpec):
        if holder.architecture is not None:
            yield from _component_entries(holder.architecture, "architecture")
        others = to_flow({key: field.get_default(call_default_factory=True) for key, field in _OTHER_KEYS.items()})
        description = registry.argument_descriptions(TransferSection)[FROM].rstrip(".")
        yield FROM, None, f"{description}; null = random weights; further keys: {others}"
    elif isinstance(holder, ComponentSpec):
        yield from _component_entries(holder, "name")
    elif isinstance(holder, Section):
        for key, field in fields_of(type(holder)).items():
            yield _section_entry(key, getattr(holder, key), field.annotation, holder.descriptions()[key])
    else:
        for option in registry.options(type(holder)):
            value = registry.option_values(holder)[option.name]
            yield _section_entry(option.name, value, option.annotation, option.description)


def _component_entries(component: ComponentSpec, key: str) -> Iterator[tuple[str, Any, str]]:
    constructor = registry.lookup(component.kind, component.name)
    yield key, component.name, registry.summary(constructor)
    for option in registry.options(constructor):
        yield option.name, component.options[option.name], option.description


def _section_entry(key: str, value: Any, annotation: Any, description: str) -> tuple[str, Any, str]:
    """Return a key of a section; the description of a null includes the section that it can be replaced by."""
    description = description.rstrip(".")
    if value is None:
        for member in members(annotation):
            inner, _ = peel(member)
            section = options_model(inner) if is_settings(inner) else inner
            if isinstance(section, type) and issubclass(section, Section):
                description += f"; or {to_flow(section().plain())}"
    return key, value, description


def _add_comment(line: str, description: str, indent: str) -> Iterator[str]:
    """Yield a line with its comment after it, or before it if both are too long for one line."""
    description = description.rstrip(".")
    commented = f"{line:<{_COLUMN}}  # {description}"
    if len(commented) <= _WIDTH or not description:
        yield commented if description else line
    else:
        yield from textwrap.wrap(description, _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")
        yield line
