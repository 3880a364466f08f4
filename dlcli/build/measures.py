"""What is measured, and how the best epoch is chosen from it."""

from __future__ import annotations

from collections.abc import Collection

from dlcli import registry
from dlcli.build.component import create
from dlcli.errors import ConfigError, unknown_name
from dlcli.metrics import Metric
from dlcli.spec import ComponentSpec, Spec, component_from
from dlcli.tasks import Classification, Task
from dlcli.training import LATENCY, Selection, higher_is_better

LOSS = "loss"


def build_measures(spec: Spec, task: Task, splits: Collection[str]) -> tuple[tuple[Metric, ...], Selection]:
    """What is measured, and how the best epoch is chosen from it.

    The metrics are those of the config, else the task's, and with them every one that chooses, stops or constrains.

    Args:
        spec: the config.
        task: must be able to use the metrics.
        splits: names of the splits there are.

    Raises:
        ConfigError: a name that is no metric, a metric or a human error of another kind of problem.
    """
    human_error = spec.evaluation.human_error
    if isinstance(task, Classification) and human_error is not None and human_error > 1:
        found = f"expected an error rate from 0 to 1, found {human_error:g}; write 0.05 for 5 %"
        raise ConfigError(found, key="evaluation.human_error")
    optimize = spec.evaluation.optimize or f"{'dev' if 'dev' in splits else 'train'}/{task.default_optimize}"
    components = list(spec.evaluation.metrics) or [component_from("metric", name) for name in task.default_metrics]
    metrics: list[Metric] = []
    for index, component in enumerate(components):
        metrics.append(_metric(component, task, f"evaluation.metrics[{index}]"))
    for name, key in _deciding_metrics(spec, task, optimize):
        if name not in (LOSS, LATENCY, *(metric.name for metric in metrics)):
            if name not in registry.names("metric"):
                known = {*registry.names("metric"), *(metric.name for metric in metrics), LOSS}
                raise ConfigError(f"{name!r}: {unknown_name('metric', name, known)}", key=key)
            metrics.append(_metric(component_from("metric", name), task, key))
    better = higher_is_better(optimize, metrics)
    return tuple(metrics), Selection(optimize, better, spec.evaluation.satisfice)


def _metric(component: ComponentSpec, task: Task, key: str) -> Metric:
    metric: Metric = create(component)
    if not task.accepts(metric):
        kind = registry.name_of("task", type(task)).replace("_", " ")
        usable = [name for name in registry.names("metric") if task.accepts(create(component_from("metric", name)))]
        raise ConfigError(f"{metric.name} does not measure a {kind}; these do: {', '.join(usable)}", key=key)
    if isinstance(task, Classification) and metric.positive_class >= task.num_classes:
        found = f"there is no class {metric.positive_class}; the data has {task.num_classes}, counted from 0"
        raise ConfigError(found, key=f"{key}.positive_class")
    return metric


def _deciding_metrics(spec: Spec, task: Task, optimize: str) -> list[tuple[str, str]]:
    """Plain names of the metrics that choose, stop or constrain, and of the report's; each with its key."""
    stopping = spec.regularization.early_stopping
    named = [(optimize, "evaluation.optimize"), (task.default_optimize, "evaluation.metrics")]
    if stopping is not None and stopping.metric is not None:
        named.append((stopping.metric, "regularization.early_stopping.metric"))
    named += [(name, f"evaluation.satisfice.{name}") for name in spec.evaluation.satisfice]
    return [(name.rpartition("/")[2], key) for name, key in named]
