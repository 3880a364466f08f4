"""Unit of a metric from its name, since run folders and reports store only the name."""

from __future__ import annotations

from typing import Any, get_type_hints

from dlcli.core import SPLITS, registry
from dlcli.metrics.metric import Metric
from dlcli.metrics.unit import Unit

#: Median time of one prediction for one example, in milliseconds; a constraint may name it like a metric.
LATENCY = "latency_ms"
#: Prefixes of a metric in `<split>/<metric>`; "data" stands for new examples.
_SPLITS = frozenset({"", "data", *SPLITS})


def unit_of(name: str) -> Unit:
    """Return the unit of `<split>/<metric>`; losses, rates and everything that is not a metric are plain numbers.

    Args:
        name: Name of a registered metric with any options, such as `test/top_3_accuracy`, with or without the split.
    """
    split, _, metric = name.rpartition("/")
    metric = metric.rpartition(".")[2]  # without the head of a multi-task model
    if split not in _SPLITS:
        return Unit.NUMBER
    if metric == LATENCY:
        return Unit.MILLISECONDS
    components = {registered: registry.lookup("metric", registered) for registered in registry.names("metric")}
    classes = (it for it in components.values() if isinstance(it, type) and issubclass(it, Metric))
    component = next((it for it in classes if it.is_name(metric)), components.get(metric))
    return Unit.NUMBER if component is None else _unit(component)


def _unit(component: Any) -> Unit:
    """Return the unit of a metric class, or of the class that a function is annotated to return."""
    metric_class = component if isinstance(component, type) else get_type_hints(component).get("return")
    unit: Unit = getattr(metric_class, "unit", Unit.NUMBER)
    return unit


def format_metric(name: str, value: float | None) -> str:
    """Format a value of `<split>/<metric>`; a dash for None."""
    return unit_of(name).text(value)
