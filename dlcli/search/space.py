"""Search space: parameters that are sampled, computed from others, or active only under a condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.core import Condition, ConfigError, ErrorCode, Expression, ExpressionError, dumps
from dlcli.search.distributions import Distribution
from dlcli.search.parameter_order import check_names, probe, sort_by_dependency
from dlcli.search.region import Region


@dataclass(frozen=True)
class Parameter:
    """Parameter of a space: sampled from a distribution or computed from other parameters.

    Args:
        name: Dotted path in a config, such as `optimizer.learning_rate`; any name for an auxiliary parameter.
        distribution: Distribution of a sampled parameter; None for a computed one.
        expression: Expression of a computed parameter; None for a sampled one.
        condition: Condition under which the parameter is active; None if it always is.
        is_auxiliary: Whether it is not a key of the config and serves only expressions and conditions.
    """

    name: str
    distribution: Distribution | None = None
    expression: Expression | None = None
    condition: Condition | None = None
    is_auxiliary: bool = False

    def __post_init__(self) -> None:
        if (self.distribution is None) == (self.expression is None):
            raise ValueError(f"{self.name}: expected either a distribution or an expression")

    @property
    def needs(self) -> frozenset[str]:
        """Names of the parameters that its expression and condition use."""
        sources = (self.expression, self.condition)
        return frozenset().union(*(source.names for source in sources if source is not None))

    def is_active(self, values: Mapping[str, Any]) -> bool:
        """Return whether the parameter is active for these values of the parameters it needs.

        Raises:
            ConfigError: Its condition cannot be evaluated.
        """
        if self.condition is None:
            return True
        try:
            return self.condition.holds(values)
        except ExpressionError as error:
            raise self.error(f"{self.condition}: {error}") from None

    def error(self, message: str, code: ErrorCode = "invalid_value") -> ConfigError:
        """Return an error at the key of the parameter."""
        return ConfigError(message, code=code, key=f"space.{self.name}")


class Space:
    """Search space: parameters in an order in which each follows those it needs.

    Args:
        parameters: Parameters in any order; it is kept as far as dependencies allow.

    Raises:
        ConfigError: A name is unknown, parameters depend on each other, an auxiliary parameter is not used, a condition
            never holds, or an expression cannot be evaluated at some point of the space; the key is `space.<name>`, or
            `space` if no parameter has a distribution.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        # All checks run before any training; an error under a rarely satisfied condition would otherwise appear hours
        # later.
        check_names(parameters)
        self.parameters = sort_by_dependency(parameters)
        self.drawn = tuple(parameter for parameter in self.parameters if parameter.distribution is not None)
        if not self.drawn:
            raise ConfigError("expected at least one parameter with a distribution", key="space")
        probe(self)

    def point(self, normalized: Mapping[str, float]) -> dict[str, Any]:
        """Return the values of the parameters that are active at a point, auxiliary ones included.

        Args:
            normalized: Normalized coordinate of every sampled parameter; those of inactive ones have no effect.

        Raises:
            ConfigError: An expression cannot be evaluated at the point.
        """
        # In order of dependence: the parameters that a condition or expression uses are known or inactive by then.
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.is_active(values):
                distribution = parameter.distribution
                values[parameter.name] = (
                    self.evaluate(parameter, values)
                    if distribution is None
                    else distribution.value(normalized[parameter.name])
                )
        return values

    def evaluate(self, parameter: Parameter, values: Mapping[str, Any]) -> Any:
        """Evaluate the expression of a parameter for the values of its predecessors.

        Raises:
            ConfigError: The expression cannot be evaluated, or uses an inactive parameter.
        """
        expression = parameter.expression
        assert expression is not None
        try:
            return expression.evaluate(values)
        except KeyError as error:
            used = next(one for one in self.parameters if one.name == error.args[0])
            problem = f"{used.name} is active only when {used.condition}"
            raise parameter.error(f"{expression}: {problem}; write: {expression} when {used.condition}") from None
        except ExpressionError as error:
            operands = ", ".join(f"{name} is {dumps(values[name])}" for name in sorted(expression.names))
            raise parameter.error(f"{expression}: {error}" + (f", where {operands}" if operands else "")) from None

    def normalized(self, values: Mapping[str, Any]) -> dict[str, float]:
        """Return the normalized coordinates of the sampled parameters that are active in `values`."""
        return {
            parameter.name: parameter.distribution.normalize(values[parameter.name])
            for parameter in self.drawn
            if parameter.distribution is not None and parameter.name in values
        }

    def sample(self, generator: np.random.Generator, region: Region | None = None) -> dict[str, Any]:
        """Return the values of a random point, using one random number for every sampled parameter, active or not."""
        # Inactive parameters use a random number as well, so conditions do not change the values of other parameters.
        names = [parameter.name for parameter in self.drawn]
        normalized = dict(zip(names, generator.random(len(names)).tolist(), strict=True))
        if region is not None:
            normalized = {
                parameter.name: region.normalize(parameter, normalized[parameter.name]) for parameter in self.drawn
            }
        return self.point(normalized)

    def config_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values to set in a config: no auxiliary parameters, containers before their elements."""
        # `model` before `model.units`; otherwise setting the mapping would overwrite the value inside it.
        names = [one.name for one in self.parameters if not one.is_auxiliary and one.name in values]
        return {name: values[name] for name in sorted(names, key=_depth)}


def _depth(name: str) -> int:
    return name.count(".") + name.count("[")
