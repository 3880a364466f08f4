"""Every option is declared once, in the class that takes it; the sections are derived from these classes."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from annotated_types import Gt

from dlcli.core import Inline, dumps, registry
from dlcli.settings import EarlyStoppingSettings, Regularization, SplitOptions, TextSettings, TrainingSettings
from dlcli.spec import Sections, spec_from_text
from dlcli.spec.component import ComponentSpec, is_settings, options_model
from dlcli.spec.expectations import members, peel
from dlcli.spec.section import Section, annotation_of, fields_of, plain
from dlcli.spec.text_section import TextSection

START = """\
data: {dataset: digits}
model: {layers: [linear: {units: 3}]}
optimizer: {name: sgd, learning_rate: 0.1}
"""


def settings_within(section: type) -> Iterator[type]:
    """Yield the classes of settings below a section or a class of settings."""
    annotations = (
        [annotation_of(field) for field in fields_of(section).values()]
        if issubclass(section, Section)
        else [option.annotation for option in registry.options(section)]
    )
    for annotation in annotations:
        for member in members(annotation):
            inner = peel(member)[0]
            if is_settings(inner):
                yield inner
            if is_settings(inner) or (isinstance(inner, type) and issubclass(inner, Section)):
                yield from settings_within(inner)


SETTINGS = [*settings_within(Sections)]


def another(annotation: Any, default: Any) -> Any:
    """Return a value of an option that is not its default, as plain data."""
    if is_settings(type(default)):
        return {option.name: another(option.annotation, option.default) for option in registry.options(type(default))}
    member = next(it for it in members(annotation) if peel(it)[0] is not types.NoneType)
    inner, marks = peel(member)
    if is_settings(inner):
        return {option.name: another(option.annotation, option.default) for option in registry.options(inner)}
    if inner is bool:
        return not default
    if get_origin(inner) is Literal:
        return next(value for value in get_args(inner) if value != default)
    if inner is int:
        return 3 if any(isinstance(mark, Gt) for mark in marks) and default != 3 else 4
    return {float: 0.25, str: "dev/error"}[inner]


def test_sections_are_derived_from_settings() -> None:
    assert {TrainingSettings, Regularization, EarlyStoppingSettings, SplitOptions, TextSection} <= {*SETTINGS}
    declared = {section.__name__ for section in Section.__subclasses__() if section.__module__.startswith("dlcli.spec")}
    assert declared - {"_Options"} == {"DataSection", "EvaluationSection", "Sections", "TransferSection"}


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_keys_of_a_section_are_the_fields_of_its_settings(settings: type) -> None:
    keys, options = fields_of(options_model(settings)), {option.name: option for option in registry.options(settings)}
    assert [*keys] == [*options]
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]  # all of them are dataclasses
        if field.name in options:
            default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
            assert plain(keys[field.name].get_default(call_default_factory=True)) == plain(default)
    assert all(option.description for option in options.values())


@pytest.mark.parametrize(("key", "settings"), [("training", TrainingSettings), ("regularization", Regularization)])
def test_every_key_reaches_the_settings_by_its_name(key: str, settings: type) -> None:
    values = {option.name: another(option.annotation, option.default) for option in registry.options(settings)}
    values.pop("dropout", None)  # needs an architecture
    section = getattr(spec_from_text(f"{START}{key}: {dumps(values)}\n", file="config.yaml"), key)
    assert isinstance(section, settings)
    assert {name: value for name, value in plain(section).items() if name in values} == values


@dataclasses.dataclass(frozen=True, kw_only=True)
class Group:
    """A group.

    Args:
        first: First option.
        second: Second option.
    """

    first: int = 1
    second: int = 2


OTHER_SECOND = Group(second=5)


class Component:
    """A component.

    Args:
        own: Separate option.
        group: Options of the group.
        last: Last option.
    """

    def __init__(self, *, own: int = 0, group: Annotated[Group, Inline()] = OTHER_SECOND, last: int = 3) -> None:
        self.values = (own, group, last)


def test_the_options_of_an_inline_group_are_not_nested() -> None:
    options = registry.options(Component)
    assert [(option.name, option.default) for option in options] == [
        ("own", 0),
        ("first", 1),
        ("second", 5),
        ("last", 3),
    ]
    assert options[1].description == "First option."
    assert registry.make(Component, first=7).values == (0, Group(first=7, second=5), 3)
    with pytest.raises(TypeError):
        registry.make(Component, group=Group())


def test_inline_settings_are_written_flat() -> None:
    text = TextSection(tokenizer=ComponentSpec("tokenizer", "character"), settings=TextSettings(window=8))
    assert [*plain(text)] == ["tokenizer", "vocabulary", "max_length", "too_long", "window"]
    assert plain(text)["window"] == 8
