"""What a sweep searches: parameters that are drawn, computed from others, or there only under a condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.core import Condition, ConfigError, Expression, ExpressionError, dumps
from dlcli.search.distributions import Distribution
from dlcli.search.parameter_order import check_names, ordered, try_out
from dlcli.search.region import Region


@dataclass(frozen=True)
class Parameter:
    """One dimension of a space, or what follows from the others.

    Args:
        name: dotted path in a config, such as `optimizer.learning_rate`; any name for an auxiliary one.
        distribution: what it is drawn from; None where it is computed.
        expression: what it is computed by; None where it is drawn.
        condition: it is active only where this holds; None for everywhere.
        is_auxiliary: no key of a config, only there for expressions and conditions.
    """

    name: str
    distribution: Distribution | None = None
    expression: Expression | None = None
    condition: Condition | None = None
    is_auxiliary: bool = False

    def __post_init__(self) -> None:
        if (self.distribution is None) == (self.expression is None):
            raise ValueError(f"{self.name} is either drawn or computed")

    @property
    def needs(self) -> frozenset[str]:
        """The parameters that are to be known before it."""
        sources = (self.expression, self.condition)
        return frozenset().union(*(source.names for source in sources if source is not None))

    def is_active(self, values: Mapping[str, Any]) -> bool:
        """Whether it is there where the parameters it needs have these values.

        Raises:
            ConfigError: its condition cannot be decided.
        """
        if self.condition is None:
            return True
        try:
            return self.condition.holds(values)
        except ExpressionError as error:
            raise self.error(f"{self.condition}: {error}") from None

    def error(self, message: str) -> ConfigError:
        return ConfigError(message, key=f"space.{self.name}")


class Space:
    """Parameters, each after those it needs.

    Args:
        parameters: in any order, which stays where nothing speaks against it.

    Raises:
        ConfigError: with the key `space.<name>`: an unknown name, a circle, an auxiliary parameter that nothing uses, a
            condition that never holds, an expression that has no value somewhere.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        # Everything that can be wrong with a space is looked for here, before any trial is trained: the mistake of a
        # condition that holds rarely would otherwise show up hours later.
        check_names(parameters)
        self.parameters = ordered(parameters)
        self.drawn = tuple(parameter for parameter in self.parameters if parameter.distribution is not None)
        if not self.drawn:
            raise ConfigError("there is nothing to search; expected a parameter with a distribution", key="space")
        try_out(self)

    def point(self, normalized: Mapping[str, float]) -> dict[str, Any]:
        """The values of the parameters that are active at a point, auxiliary ones included.

        Args:
            normalized: the unit position of every drawn parameter; those of inactive ones change nothing.

        Raises:
            ConfigError: an expression has no value there.
        """
        # In order of dependence: when a condition or an expression is evaluated, all that it names is known or
        # inactive.
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.is_active(values):
                distribution = parameter.distribution
                values[parameter.name] = (
                    self.computed(parameter, values)
                    if distribution is None
                    else distribution.value(normalized[parameter.name])
                )
        return values

    def computed(self, parameter: Parameter, values: Mapping[str, Any]) -> Any:
        """What the expression of a parameter gives for the values of those before it.

        Raises:
            ConfigError: it has no value there, or uses a parameter that is not active.
        """
        expression = parameter.expression
        assert expression is not None
        try:
            return expression.evaluate(values)
        except KeyError as error:
            used = next(one for one in self.parameters if one.name == error.args[0])
            where = f"{used.name} is there only when {used.condition}"
            raise parameter.error(f"{expression}: {where}; write: {expression} when {used.condition}") from None
        except ExpressionError as error:
            there = ", ".join(f"{name} is {dumps(values[name])}" for name in sorted(expression.names))
            raise parameter.error(f"{expression}: {error}" + (f", where {there}" if there else "")) from None

    def normalized(self, values: Mapping[str, Any]) -> dict[str, float]:
        """The unit positions of the drawn parameters that are active in `values`."""
        return {
            parameter.name: parameter.distribution.normalize(values[parameter.name])
            for parameter in self.drawn
            if parameter.distribution is not None and parameter.name in values
        }

    def sample(self, generator: np.random.Generator, region: Region | None = None) -> dict[str, Any]:
        """The values of a random point; every drawn parameter costs one random number, active or not."""
        # Inactive parameters draw as well. The n-th point is then the same whatever conditions say, and adding a
        # condition to a sweep changes as little as possible.
        names = [parameter.name for parameter in self.drawn]
        normalized = dict(zip(names, generator.random(len(names)).tolist(), strict=True))
        if region is not None:
            normalized = {
                parameter.name: region.normalize(parameter, normalized[parameter.name]) for parameter in self.drawn
            }
        return self.point(normalized)

    def config_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What a config gets: all but the auxiliary parameters, a mapping or list before what is inside it."""
        # `model` before `model.units`: a value set inside a mapping must not be replaced with the mapping afterwards.
        names = [one.name for one in self.parameters if not one.is_auxiliary and one.name in values]
        return {name: values[name] for name in sorted(names, key=_depth)}


def _depth(name: str) -> int:
    return name.count(".") + name.count("[")
