from __future__ import annotations

from typing import Annotated, Any, ClassVar

import pytest

from dlcli.core import ConfigError, PositiveFloat, PositiveInt, registry

pytestmark = pytest.mark.usefixtures("empty_registry")

Initialization = Annotated[dict[str, Any], registry.Described("initializer")]


class Schedule:
    registry_kind: ClassVar[str] = "schedule"


class Momentum:
    """Momentum.

    Not part of the summary.

    Args:
        learning_rate: Size
            per step.
        schedule: Schedule.

    Raises:
        ValueError: Never.
    """

    def __init__(
        self, num_parameters: int, *, learning_rate: PositiveFloat, schedule: Schedule | None = None
    ) -> None: ...


def mlp(
    input_shape: tuple[int, ...], /, *, units: list[PositiveInt], initializer: Initialization | None = None
) -> None:
    """Layers."""


def test_register_and_look_up() -> None:
    assert registry.register("optimizer", "momentum")(Momentum) is Momentum
    registry.register("architecture", "mlp")(mlp)
    assert registry.lookup("optimizer", "momentum") is Momentum
    assert registry.kinds() == ["architecture", "optimizer"]
    assert registry.names("optimizer") == ["momentum"]
    assert registry.names("nothing") == []


def test_a_name_is_registered_once() -> None:
    registry.register("optimizer", "momentum")(Momentum)
    with pytest.raises(ValueError, match="twice"):
        registry.register("optimizer", "momentum")(Schedule)
    assert registry.lookup("optimizer", "momentum") is Momentum


@pytest.mark.parametrize("name", ["Momentum", "batch-norm", "2d", "", "_x"])
def test_names_are_snake_case(name: str) -> None:
    with pytest.raises(ValueError, match="snake_case"):
        registry.register("optimizer", name)


def test_lookup_suggests_the_nearest_match() -> None:
    registry.register("optimizer", "momentum")(Momentum)
    with pytest.raises(ConfigError, match=r"did you mean momentum\?") as caught:
        registry.lookup("optimizer", "momentun")
    assert caught.value.code == "unknown_name"


def test_options_are_the_keyword_only_parameters() -> None:
    learning_rate, schedule = registry.options(Momentum)
    assert learning_rate == registry.Option("learning_rate", PositiveFloat, registry.REQUIRED, "Size per step.")
    assert (learning_rate.required, schedule.required) == (True, False)
    assert schedule.annotation == Schedule | None
    assert schedule.default is None


def test_options_of_a_function() -> None:
    assert [option.name for option in registry.options(mlp)] == ["units", "initializer"]


def test_a_class_without_a_constructor_has_no_options() -> None:
    assert registry.options(Schedule) == []


def test_summary_is_the_first_line_of_the_docstring() -> None:
    assert registry.summary(Momentum) == "Momentum."


def test_argument_descriptions_end_with_their_section() -> None:
    assert registry.argument_descriptions(Momentum) == {"learning_rate": "Size per step.", "schedule": "Schedule."}
    assert registry.argument_descriptions(mlp) == {}


def test_component_kind() -> None:
    assert registry.component_kind(Schedule) == "schedule"
    assert registry.component_kind(Initialization) == "initializer"
    assert registry.component_kind(PositiveFloat) is None
    assert registry.component_kind(int) is None


def test_is_described_is_true_only_for_descriptions() -> None:
    assert registry.is_described(Initialization)
    assert not registry.is_described(Schedule)
    assert not registry.is_described(PositiveInt)
