"""What the name of a metric says about its values: the name alone is what run folders and reports have."""

from __future__ import annotations

from typing import Any

from dlcli.core import SPLITS, registry
from dlcli.metrics.metric import Metric
from dlcli.metrics.unit import Unit

#: Median time of one prediction for one example, in milliseconds; a constraint may name it like a metric.
LATENCY = "latency_ms"
#: What comes before a metric in `<split>/<metric>`; "data" are new examples.
_SPLITS = frozenset({"", "data", *SPLITS})


def unit_of(name: str) -> Unit:
    """The unit of `<split>/<metric>`; losses, rates and everything that is not a metric are plain numbers.

    Args:
        name: Name of a registered metric with any options, such as `test/top_3_accuracy`, also without the split.
    """
    split, _, metric = name.rpartition("/")
    if split not in _SPLITS:
        return Unit.NUMBER
    if metric == LATENCY:
        return Unit.MILLISECONDS
    components = {registered: registry.lookup("metric", registered) for registered in registry.names("metric")}
    classes = (made for made in components.values() if isinstance(made, type) and issubclass(made, Metric))
    named = next((made for made in classes if made.is_name(metric)), components.get(metric))
    return Unit.NUMBER if named is None else _unit(named)


def _unit(component: Any) -> Unit:
    """The unit of a class, or of what a function makes."""
    metric: Any = component if isinstance(component, type) else component()
    unit: Unit = metric.unit
    return unit


def format_metric(name: str, value: float | None) -> str:
    """A value of `<split>/<metric>` as text; a dash for None."""
    return unit_of(name).text(value)
