"""Gradient flow through time in the recurrent layers of runs and configs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlcli import runs
from dlcli.api.data_fingerprint import check_same_data
from dlcli.api.stored_spec import load_stored_spec
from dlcli.api.training import rebuild, start
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

#: Number of training sequences over which the gradient norms are averaged.
EXAMPLES = 64


def gradient_flows(
    names: Sequence[str | Path], *, overrides: Overrides = (), runs_dir: str | Path = "runs"
) -> list[ModelFlow]:
    """Compute the gradient norms over time of each recurrent layer, before and after training.

    If the model has an output at every step, only the loss of the last step is used. Everything is computed in float64
    on `EXAMPLES` sequences of the training set.

    Args:
        names: Config files, for initial weights only, and runs, specified as for `load`.
        overrides: Overrides of the configs.
        runs_dir: Folder in which runs are looked up.

    Raises:
        ConfigError: A config or run does not exist, or its model has no recurrent layer.
        DataError: The data is missing or has changed.
        StorageError: A run has no weights.
    """
    flows: list[ModelFlow] = []
    for name in names:
        path = Path(name)
        if path.is_file():
            experiment, _ = start(load_spec(path, overrides), runs_dir=Path(runs_dir), dtype=np.float64)
            batch = _batch(experiment.data.splits["train"])
            flows += _flows(experiment.model, experiment.task, batch, experiment.spec.name, None, "initial")
        else:
            flows += _flows_of_run(runs.find(Path(runs_dir), str(name)), Path(runs_dir))
    num_runs = Counter(name for name, _ in {(flow.model, flow.run) for flow in flows})
    named = [replace(flow, model=flow.run) if flow.run and num_runs[flow.model] > 1 else flow for flow in flows]
    return sorted(named, key=lambda flow: flow.weights)


def _flows_of_run(folder: RunFolder, runs_dir: Path) -> Iterator[ModelFlow]:
    """Yield the flows of the initial weights and of the best weights; a run that diverged may have no best weights."""
    folder.verify(files.INPUTS)
    experiment = rebuild(load_stored_spec(folder), folder, runs_dir=runs_dir)
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
    """Return the run's value of the optimizing metric on the first available split of test, dev and train."""
    metric = (spec.evaluation.optimize or task.default_optimize).rpartition("/")[2]
    metrics = folder.record().metrics
    for split in ("test", "dev", "train"):
        value = metrics.get(f"{split}/{metric}")
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
            f"{name} has no recurrent layer; its layers are {types}",
            code="not_applicable",
        )
    model.eval()
    assert batch.targets is not None, "the training set has targets"
    is_stepwise = len(model.output_shape) == 2
    last = np.arange(len(batch)), (batch.inputs.shape[1] if batch.lengths is None else batch.lengths) - 1

    def loss(outputs: Tensor) -> Tensor:
        """Compute the scalar loss; for outputs at every step (N, T, K), the loss of the last step."""
        assert batch.targets is not None
        if is_stepwise:
            return task.loss(outputs[last][:, None], batch.targets[last][:, None])
        return task.loss(outputs, batch.targets, batch.lengths)

    with np.errstate(over="ignore", invalid="ignore"):  # exploding gradients are part of the result
        norms = state_gradients(model, loss, batch.inputs, batch.lengths)
    for layer, layer_norms in norms.items():
        # a reverse layer ends at the first step of the sequence, not at the step whose loss is used
        if not (is_stepwise and layer.endswith("_reverse")):
            yield ModelFlow(name, run, layer, weights, GradientFlow.of(layer_norms), result)
