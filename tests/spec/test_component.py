from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest

from dlcli.core import InvalidConfigError, registry
from dlcli.spec import ComponentSpec, component_from, fields_of
from dlcli.spec.component import options_model


def test_a_name_and_a_mapping_are_the_same_component() -> None:
    assert component_from("optimizer", "adam") == component_from("optimizer", {"name": "adam"})


def test_defaults_are_filled_in() -> None:
    assert component_from("optimizer", {"name": "adam", "beta1": 0.8}) == ComponentSpec(
        "optimizer",
        "adam",
        {"learning_rate": 1e-3, "beta1": 0.8, "beta2": 0.999, "epsilon": 1e-8, "schedule": None},
    )


def test_an_integer_is_a_number() -> None:
    rate = component_from("optimizer", {"name": "adam", "learning_rate": 1}).options["learning_rate"]
    assert (rate, type(rate)) == (1.0, float)


def test_nested_components_are_specs() -> None:
    adam = component_from("optimizer", {"name": "adam", "schedule": {"name": "inverse_time", "decay_rate": 0.5}})
    assert adam.options["schedule"] == ComponentSpec("schedule", "inverse_time", {"decay_rate": 0.5})
    assert component_from("optimizer", {"name": "adam", "schedule": "constant"}).options["schedule"] == ComponentSpec(
        "schedule", "constant"
    )


def test_described_components_stay_plain_and_are_complete() -> None:
    linear = component_from("layer", {"name": "linear", "units": 3, "initializer": "normal"})
    assert linear.options["initializer"] == {"name": "normal", "std": 0.01}


def test_a_spec_is_checked_again() -> None:
    assert component_from("layer", ComponentSpec("layer", "dropout")).options == {"rate": 0.5}
    with pytest.raises(InvalidConfigError) as caught:
        component_from("layer", ComponentSpec("layer", "dropout", {"rate": 2}))
    assert (caught.value.key, caught.value.code) == ("rate", "out_of_range")


@pytest.mark.parametrize(
    "value", ["adam", {"name": "adam", "beta1": 0.5, "schedule": {"name": "inverse_time", "decay_rate": 1.0}}]
)
def test_plain_is_undone_by_checking(value: Any) -> None:
    component = component_from("optimizer", value)
    assert component_from("optimizer", component.plain()) == component


def test_plain_is_the_bare_name_where_there_are_no_options() -> None:
    assert component_from("normalization", "none").plain() == "none"


def test_every_mistake_of_a_component_is_reported() -> None:
    wrong = {"name": "adam", "beta1": 1, "beta_2": 0.9, "schedule": {"name": "inverse_time"}}
    with pytest.raises(InvalidConfigError) as caught:
        component_from("optimizer", wrong)
    assert {(problem.key, problem.code) for problem in caught.value.problems} == {
        ("beta1", "out_of_range"),
        ("beta_2", "unknown_key"),
        ("schedule.decay_rate", "missing_key"),
    }


@pytest.mark.parametrize(
    ("value", "key", "code", "hint"),
    [
        ("adan", None, "unknown_name", r"did you mean adam\?"),
        ({"name": "adan"}, "name", "unknown_name", r"did you mean adam\?"),
        ({"name": 3}, "name", "wrong_type", "got 3"),
        ({}, "name", "missing_key", "adam, sgd"),
        ({"sgd": 1}, "name", "missing_key", r"write \{name: sgd, …\}"),
        ({"adam": {"beta_1": 1}}, "adam.beta_1", "unknown_key", "did you mean beta1"),
        (None, None, "wrong_type", "got null"),
        ([], None, "wrong_type", "an empty list"),
    ],
)
def test_values_that_are_not_components(value: Any, key: str | None, code: str, hint: str) -> None:
    with pytest.raises(InvalidConfigError, match=hint) as caught:
        component_from("optimizer", value)
    assert (caught.value.key, caught.value.code) == (key, code)


def test_the_name_of_a_component_may_be_its_key() -> None:
    options = {"learning_rate": 0.5, "beta1": 0.8}
    assert component_from("optimizer", {"adam": options}) == component_from("optimizer", {"name": "adam"} | options)


def test_an_unknown_kind_has_no_names() -> None:
    with pytest.raises(InvalidConfigError, match="teapot") as caught:
        component_from("teapot", "brown")
    assert caught.value.code == "unknown_name"


def test_options_may_have_any_name() -> None:
    fields = fields_of(options_model(registry.lookup("layer", "linear")))
    assert list(fields) == ["units", "use_bias", "initializer", "copy"]


def test_a_tuple_as_default_becomes_a_list() -> None:
    def chain(*, units: list[int] = (3, 4)) -> None:  # type: ignore[assignment]
        """Layers."""

    chain.__annotations__["units"] = list[int]
    registry.register("layer", "chain")(chain)
    assert component_from("layer", "chain").options == {"units": [3, 4]}


@pytest.mark.parametrize("annotation", [Path, object, tuple[int, int], set[str], Annotated[bytes, "x"]])
def test_a_signature_that_yaml_cannot_express_is_a_programming_error(annotation: Any) -> None:
    def strange(*, option: Any) -> None:
        """Strange."""

    strange.__annotations__["option"] = annotation
    registry.register("layer", "strange")(strange)
    with pytest.raises(TypeError, match=r"strange\(option: …\)"):
        component_from("layer", {"name": "strange", "option": 1})


def test_a_default_of_the_wrong_type_is_reported() -> None:
    def sound(*, rate: float = 2.0) -> None:
        """Sound."""

    def broken(*, rate: int = 2.0) -> None:  # type: ignore[assignment]  # that is what is tested
        """Broken."""

    registry.register("layer", "sound")(sound)
    registry.register("layer", "broken")(broken)
    assert component_from("layer", "sound").options == {"rate": 2.0}
    with pytest.raises(InvalidConfigError) as caught:
        component_from("layer", "broken")
    assert (caught.value.key, caught.value.code) == ("rate", "wrong_type")
