"""Creation of the metrics and the rule for the best epoch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from dlcli.assembly.component import create
from dlcli.core import ConfigError, registry, unknown_name
from dlcli.data import ClassLabels
from dlcli.metrics import LATENCY, Metric
from dlcli.spec import ComponentSpec, Spec, component_from
from dlcli.tasks import HeadMetric, Task
from dlcli.training import Selection, direction_of

LOSS = "loss"


def build_measures(spec: Spec, task: Task, splits: Collection[str]) -> tuple[tuple[Metric, ...], Selection]:
    """Create the metrics and the rule for the best epoch.

    The metrics are those of the config or the task, and those for selection, early stopping and constraints.

    Args:
        spec: Config of the experiment.
        task: Task that the metrics must apply to.
        splits: Names of the existing splits.

    Raises:
        ConfigError: A metric is unknown, or a metric or the human error does not apply to the task.
    """
    optimize = spec.evaluation.optimize or f"{'dev' if 'dev' in splits else 'train'}/{task.default_optimize}"
    if spec.evaluation.human_error is not None:
        _check_human_error(spec.evaluation.human_error, optimize, task)
    metrics: list[Metric] = [*_head_metrics(spec, task)]
    components = list(spec.evaluation.metrics) or [component_from("metric", name) for name in task.default_metrics]
    for index, component in enumerate(components):
        key = f"evaluation.metrics[{index}]"
        metric = _metric(component, task, key, spec.evaluation.positive_class)
        if any(other.name == metric.name and other.positive_index != metric.positive_index for other in metrics):
            raise ConfigError(
                f"the metrics already contain {metric.name} of another class", code="conflicting_options", key=key
            )
        metrics.append(metric)
    for name, key in _deciding_metrics(spec, task, optimize):
        if name not in (LOSS, LATENCY, *(metric.name for metric in metrics)):
            if name not in registry.names("metric") or task.parts:
                known = {*registry.names("metric"), *(metric.name for metric in metrics), LOSS}
                raise ConfigError(f"{name!r}: {unknown_name('metric', name, known)}", code="unknown_name", key=key)
            metrics.append(_metric(component_from("metric", name), task, key, spec.evaluation.positive_class))
    return tuple(metrics), Selection(optimize, direction_of(optimize, metrics), spec.evaluation.satisfice)


def _check_human_error(human_error: float, optimize: str, task: Task) -> None:
    """Check that the human error is in the unit of the optimizing metric, so that errors can be compared with it."""
    metric = optimize.rpartition("/")[2]
    measure = task.error_measure(metric)
    if metric.rpartition(".")[2] not in (measure.metric, measure.complement):
        head, usable = task.head_of(metric), measure.metric or measure.complement
        prefix = "dev/" if head is None else f"dev/{head}."
        message = (
            f"the errors of this task are measured as {measure.label}, which {optimize} is not; "
            f"set evaluation.optimize to a metric such as {prefix}{usable}, or remove human_error"
        )
        raise ConfigError(message, code="conflicting_options", key="evaluation.human_error")
    if measure.is_rate and human_error > 1:
        message = f"expected an error rate from 0 to 1, got {human_error:g}; write 0.05 for 5 %"
        raise ConfigError(message, code="out_of_range", key="evaluation.human_error")


def positive_classes(metrics: Iterable[Metric]) -> dict[str, str]:
    """Return metric → name of its positive class, for metrics from `build_measures` that are about a single class."""
    return {metric.name: metric.positive_name for metric in metrics if metric.positive_name is not None}


def _head_metrics(spec: Spec, task: Task) -> Iterator[Metric]:
    """Yield the metrics of each head of a multi-task model; none for other tasks."""
    for head, part in task.parts.items():
        assert spec.task is not None, "only a config names several tasks"
        configured = spec.task.options["heads"][head].metrics
        for index, described in enumerate(configured or part.default_metrics):
            key = f"task.heads.{head}.metrics[{index}]" if configured else f"task.heads.{head}"
            yield HeadMetric(head, _metric(component_from("metric", described), part, key, None))


def _metric(component: ComponentSpec, task: Task, key: str, positive_class: str | int | None) -> Metric:
    metric: Metric = create(component, at=key)
    if not task.accepts(metric):
        kind = registry.name_of("task", type(task)).replace("_", " ")
        others = ((name, create(component_from("metric", name), at=key)) for name in registry.names("metric"))
        usable = [name for name, other in others if task.accepts(other)]
        hint = f"expected one of: {', '.join(usable)}" if usable else "set the metrics of each head under task.heads"
        raise ConfigError(f"{metric.name} does not apply to {kind}; {hint}", code="not_applicable", key=key)
    if task.classes is not None and metric.positive_index is not None:
        index = _positive_index(metric, task.classes, key, positive_class)
        metric.focus_on(index, task.classes.names[index])
    return metric


def _positive_index(metric: Metric, classes: ClassLabels, key: str, positive_class: str | int | None) -> int:
    """Return the index of a metric's positive class: that in the config, or the one of two that is so by convention."""
    name, name_key = metric.positive_class, f"{key}.positive_class"
    if name is None:
        name, name_key = positive_class, "evaluation.positive_class"
    if name is not None:
        index = classes.position(name)
        if index is None:
            raise ConfigError(
                f"{name!r}: {unknown_name('class', str(name), classes.names)}", code="unknown_name", key=name_key
            )
        return index
    if len(classes.names) > 2:
        message = (
            f"{metric.name} needs two classes, but the data has {len(classes.names)}; "
            f"use {metric.over_all_classes}, or set positive_class to measure one class against the others"
        )
        raise ConfigError(message, code="not_applicable", key=key)
    index = classes.conventional_positive()
    if index is None:
        first, second = classes.names
        option = (
            f"{key}.positive_class" if key.startswith("task.") else "evaluation.positive_class"
        )  # a head has its own
        message = (
            f"{metric.name} needs a positive class, and neither {first!r} nor {second!r} is positive by convention; "
            f"set {option} to one of them, or use {metric.over_all_classes}"
        )
        raise ConfigError(message, code="conflicting_options", key=key)
    return index


def _deciding_metrics(spec: Spec, task: Task, optimize: str) -> list[tuple[str, str]]:
    """Return name and key of each metric for selection, early stopping, constraints and the report."""
    stopping = spec.regularization.early_stopping
    named = [(optimize, "evaluation.optimize"), (task.default_optimize, "evaluation.metrics")]
    if stopping is not None and stopping.metric is not None:
        named.append((stopping.metric, "regularization.early_stopping.metric"))
    named += [(name, f"evaluation.satisfice.{name}") for name in spec.evaluation.satisfice]
    return [(name.rpartition("/")[2], key) for name, key in named]
