"""A config to start from, with every key explained in the words of the schema."""

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
#: what may be said about weights that are not random
_OTHER_KEYS = {key: field for key, field in fields_of(TransferSection).items() if key != FROM}
_COLUMN = 34
_WIDTH = 118


def commented_template(name: str = "my-experiment", dataset: str = "digits") -> str:
    """A complete config that trains a small model, with a comment at every key.

    Args:
        name: of the experiment.
        dataset: a registered data set that needs no options.

    Raises:
        ConfigError: there is no such data set.
    """
    first_config = getattr(registry.lookup("dataset", dataset), "first_config", None) or _SMALL_MLP
    text = _START.format(name=name, dataset=dataset, first_config=first_config)
    start = load_yaml(text, f"{name}.yaml")
    return "\n".join(_lines(Sections.model_validate(start.data), "")) + "\n"


def _lines(holder: Any, indent: str) -> Iterator[str]:
    for key, value, description in _entries(holder):
        is_component = isinstance(value, ComponentSpec) and bool(value.options)
        opens = isinstance(value, Section | ModelSpec) or is_settings(type(value)) or is_component
        if opens and not indent:
            yield ""
        written = f"{indent}{key}:" if opens else f"{indent}{key}: {to_flow(plain(value))}"
        yield from _commented(written, description, indent)
        if opens:
            yield from _lines(value, indent + "  ")


def _entries(holder: Any) -> Iterator[tuple[str, Any, str]]:
    """The keys of a mapping with their values and descriptions.

    Args:
        holder: a section, an instance of settings, a component or a model.
    """
    if isinstance(holder, ModelSpec):
        if holder.architecture is not None:
            yield from _component_entries(holder.architecture, "architecture")
        beside = to_flow({key: field.get_default(call_default_factory=True) for key, field in _OTHER_KEYS.items()})
        description = registry.argument_descriptions(TransferSection)[FROM].rstrip(".")
        yield FROM, None, f"{description}, with {beside} beside it; null = random weights"
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
    """A key of a section; where it is null, with the section that may stand there, with its defaults."""
    description = description.rstrip(".")
    if value is None:
        for member in members(annotation):
            inner, _ = peel(member)
            section = options_model(inner) if is_settings(inner) else inner
            if isinstance(section, type) and issubclass(section, Section):
                description += f"; or {to_flow(section().plain())}"
    return key, value, description


def _commented(written: str, description: str, indent: str) -> Iterator[str]:
    """A line with its comment behind it, or above it where the two are too long for one line."""
    description = description.rstrip(".")
    line = f"{written:<{_COLUMN}}  # {description}"
    if len(line) <= _WIDTH or not description:
        yield line if description else written
    else:
        yield from textwrap.wrap(description, _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")
        yield written
