"""What a sweep searches: parameters that are drawn, computed from others, or there only under a condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli import rng
from dlcli.errors import ConfigError, unknown_name
from dlcli.expressions import Condition, Expression, ExpressionError
from dlcli.search.distributions import Distribution
from dlcli.search.region import Region
from dlcli.strict_json import dumps

#: at so many points a space is tried out before anything is trained
TRIED_POINTS = 500


@dataclass(frozen=True)
class Parameter:
    """One dimension of a space, or what follows from the others.

    Args:
        name: dotted path of a config, such as `optimizer.learning_rate`; any word for an auxiliary one.
        distribution: what it is drawn from; None where it is computed.
        expression: what it is computed by; None where it is drawn.
        condition: it is there only where this holds; None for always.
        is_auxiliary: no key of a config, only there for expressions and conditions.
    """

    name: str
    distribution: Distribution | None = None
    expression: Expression | None = None
    condition: Condition | None = None
    is_auxiliary: bool = False

    @property
    def needs(self) -> frozenset[str]:
        """The parameters that have to be known before it."""
        used = self.expression.names if self.expression else frozenset()
        return used | self.condition.names if self.condition else used

    def error(self, message: str) -> ConfigError:
        return ConfigError(message, key=f"space.{self.name}")

    def is_active(self, values: Mapping[str, Any]) -> bool:
        """Whether it is there, where the parameters before it have these values."""
        if self.condition is None:
            return True
        try:
            return self.condition.holds(values)
        except ExpressionError as error:
            raise self.error(f"{self.condition}: {error}") from None

    def computed(self, values: Mapping[str, Any]) -> Any:
        """What its expression gives.

        Raises:
            ConfigError: it has no value there, or uses a parameter that is not active.
        """
        assert self.expression is not None
        try:
            return self.expression.evaluate(values)
        except KeyError as error:
            raise self.error(
                f"{self.expression} uses {error.args[0]}, which is not there at {_shown(values)}"
            ) from None
        except ExpressionError as error:
            raise self.error(f"{self.expression}: {error}, at {_shown(values)}") from None


class Space:
    """Parameters in an order in which each comes after those it needs.

    Args:
        parameters: in any order; it stays where nothing speaks against it.

    Raises:
        ConfigError: with the key `space.<name>`.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self.parameters = _ordered(parameters)
        self.drawn = tuple(parameter for parameter in self.parameters if parameter.distribution is not None)
        _check_use(self.parameters)
        self._try_out()

    def point(self, units: Mapping[str, float]) -> dict[str, Any]:
        """The values of the parameters that are active at a point.

        Args:
            units: the unit position of every drawn parameter; those of inactive ones change nothing.

        Raises:
            ConfigError: an expression has no value there.
        """
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.is_active(values):
                name, distribution = parameter.name, parameter.distribution
                values[name] = distribution.value(units[name]) if distribution else parameter.computed(values)
        return values

    def units(self, values: Mapping[str, Any]) -> dict[str, float]:
        """The unit positions of the drawn parameters that are active in `values`."""
        return {
            parameter.name: parameter.distribution.unit(values[parameter.name])
            for parameter in self.drawn
            if parameter.distribution and parameter.name in values
        }

    def sample(self, generator: np.random.Generator, region: Region | None = None) -> dict[str, Any]:
        """The values of a random point; every drawn parameter costs one number, whether it is active or not."""
        region = region or Region.whole()
        numbers = generator.random(len(self.drawn)).tolist()
        return self.point(
            {parameter.name: region.unit(parameter, u) for parameter, u in zip(self.drawn, numbers, strict=True)}
        )

    def config_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What a config gets: no auxiliary parameters, and what is inside another value after it."""
        settings = [parameter.name for parameter in self.parameters if not parameter.is_auxiliary]
        settings.sort(key=lambda name: name.count(".") + name.count("["))
        return {name: values[name] for name in settings if name in values}

    def _try_out(self) -> None:
        """Look at points all over the space, its corners and the values that conditions name.

        Raises:
            ConfigError: an expression has no value at one of them, or a parameter is active at none.
        """
        seen: dict[str, Any] = {}
        for units in self._tried():
            seen |= self.point(units)
        for parameter in self.parameters:
            if parameter.name not in seen:
                raise parameter.error(f"the condition {parameter.condition} never holds")

    def _tried(self) -> Iterator[dict[str, float]]:
        generator = rng.generator(0, "try out a space")
        yield from ({parameter.name: end for parameter in self.drawn} for end in (0.0, 1.0))
        for _ in range(TRIED_POINTS):
            yield {parameter.name: generator.random() for parameter in self.drawn}


def _ordered(parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    waiting = {parameter.name: parameter for parameter in parameters}
    ordered: list[Parameter] = []
    while waiting:
        ready = next((one for one in waiting.values() if waiting.keys().isdisjoint(one.needs)), None)
        if ready is None:
            raise next(iter(waiting.values())).error("depends on itself")
        ordered.append(waiting.pop(ready.name))
    return tuple(ordered)


def _check_use(parameters: Sequence[Parameter]) -> None:
    pass


def _shown(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {dumps(value)}" for name, value in values.items())
