"""Gradients on their way back through time, of runs and configs side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlcli import runs
from dlcli.api.loaded_model import stored_preprocessor
from dlcli.api.stored_spec import load_stored_spec
from dlcli.api.training import check_same_data
from dlcli.api.transfer import resume_transfer, start
from dlcli.autograd import Tensor
from dlcli.core import ConfigError
from dlcli.data import Batch, Split
from dlcli.diagnosis import GradientFlow
from dlcli.nn import Graph, Recurrent, state_gradients
from dlcli.reports import ModelFlow
from dlcli.runs import RunFolder, files
from dlcli.spec import Overrides, Spec, load_spec
from dlcli.tasks import Task
from dlcli.training import CheckpointStore

#: sequences over which the norms are averaged
EXAMPLES = 64


def gradient_flows(
    names: Sequence[str | Path], *, overrides: Overrides = (), runs_dir: str | Path = "runs"
) -> list[ModelFlow]:
    """What becomes of the gradient through each recurrent layer, with the weights before and after training.

    The loss is that of the last step where a model says something at every step. All is computed in float64 on some
    sequences of the training set.

    Args:
        names: config files, of which there are initial weights only, and runs as `load` finds them.
        overrides: of the configs.
        runs_dir: the folder that runs are looked for in.

    Raises:
        ConfigError: there is no such config or run, or its model has no recurrent layer.
        DataError: the data is missing or has changed.
        StorageError: a run has no weights.
    """
    found: list[ModelFlow] = []
    for name in names:
        path = Path(name)
        if path.is_file():
            experiment, _ = start(load_spec(path, overrides), runs_dir=Path(runs_dir), dtype=np.float64)
            batch = _batch(experiment.data.splits["train"])
            found += _flows(experiment.model, experiment.task, batch, experiment.spec.name, None, "initial")
        else:
            found += _flows_of_run(runs.find(Path(runs_dir), str(name)))
    runs_of = Counter(name for name, _ in {(flow.model, flow.run) for flow in found})
    named = [replace(flow, model=flow.run) if flow.run and runs_of[flow.model] > 1 else flow for flow in found]
    return sorted(named, key=lambda flow: flow.weights)


def _flows_of_run(folder: RunFolder) -> Iterator[ModelFlow]:
    """With the weights it began with, and with the best ones if there are any: a run that diverged has none."""
    folder.verify(files.INPUTS)
    experiment = resume_transfer(load_stored_spec(folder), stored_preprocessor(folder))
    check_same_data(folder, folder.record(), experiment.data.fingerprint)
    spec, model, task = experiment.spec, experiment.model, experiment.task
    batch = _batch(experiment.data.splits["train"])
    model.astype(np.float64)
    if spec.model.transfer is None:
        yield from _flows(model, task, batch, spec.name, folder.id, "initial")
    checkpoints = CheckpointStore(folder.checkpoints)
    if checkpoints.pointer("best") is not None:
        model.load_state_dict(checkpoints.load_weights("best"))
        yield from _flows(model, task, batch, spec.name, folder.id, "trained", _result(folder, spec, task))


def _result(folder: RunFolder, spec: Spec, task: Task) -> tuple[str, float] | None:
    """What the run reaches on unseen data, in the metric that decides."""
    metric = (spec.evaluation.optimize or task.default_optimize).rpartition("/")[2]
    measured = folder.record().metrics
    for split in ("test", "dev", "train"):
        value = measured.get(f"{split}/{metric}")
        if value is not None:
            return f"{split}/{metric}", value
    return None


def _batch(train: Split) -> Batch:
    return train.gather(np.arange(min(EXAMPLES, len(train))))


def _flows(
    model: Graph,
    task: Task,
    batch: Batch,
    name: str,
    run: str | None,
    weights: str,
    result: tuple[str, float] | None = None,
) -> Iterator[ModelFlow]:
    if not any(isinstance(layer, Recurrent) for layer in model.layers.values()):
        types = ", ".join(dict.fromkeys(node.type for node in model.nodes))
        raise ConfigError(
            f"{name} has no recurrent layer, through which gradients flow over time; its layers are {types}",
            code="not_applicable",
        )
    model.eval()
    assert batch.targets is not None, "the training set has targets"
    is_stepwise = len(model.output_shape) == 2
    last = np.arange(len(batch)), (batch.inputs.shape[1] if batch.lengths is None else batch.lengths) - 1

    def loss(outputs: Tensor) -> Tensor:
        """(N, …) -> (); of steps (N, T, K), the loss of the last one."""
        assert batch.targets is not None
        if is_stepwise:
            return task.loss(outputs[last][:, None], batch.targets[last][:, None])
        return task.loss(outputs, batch.targets, batch.lengths)

    with np.errstate(over="ignore", invalid="ignore"):  # what explodes is what is looked for
        norms = state_gradients(model, loss, batch.inputs, batch.lengths)
    for layer, of_layer in norms.items():
        if not (is_stepwise and layer.endswith("_reverse")):  # whose last step is the first of the sequence
            yield ModelFlow(name, run, layer, weights, GradientFlow.of(of_layer), result)
