"""Transfer learning: an experiment whose model starts from the weights of another.

What a run brings along where the config does not say otherwise: its layers and the scaling of its inputs. Both are
written into the resolved config, with the absolute path of the source, so that the result can be had again. A run that
goes on, and a trained model, need the source no more: their weights are in their own checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.api.model_source import Source, check_unchanged, read_source
from dlcli.api.word_vectors import start_from_vectors
from dlcli.assembly import Experiment, build_data, build_task, experiment_on, located
from dlcli.core import ConfigError, under
from dlcli.data import Data, OnRead, Preprocessor
from dlcli.nn import (
    LayerRoles,
    Node,
    WeightMatch,
    ancestors,
    check_all_used,
    check_complete,
    check_finite,
    check_ignored,
    head_layers,
    load,
    match,
    with_names,
)
from dlcli.spec import ComponentSpec, LayerSpec, Spec, dropout_mistakes

#: options of layers that say how many outputs they have
SIZES = ("units", "filters")
#: what the last layers are called in published files
HEADS = ("fc", "classifier", "head", "last_linear", "linear", "output")
#: what torchvision calls heads that take part in training alone
AUXILIARY_HEADS = ("aux1", "aux2", "AuxLogits")


@dataclass(frozen=True)
class Transfer:
    """What was taken from where, and what becomes of it.

    Args:
        source: of the weights.
        matching: which of them are for which array of the model.
        roles: of the model's layers.
        remarks: what the user should hear about it.
    """

    source: Source
    matching: WeightMatch
    roles: LayerRoles
    remarks: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """What `train.log` says."""
        names = {"dlcli": "its own names", "torch": "PyTorch's names and layouts"}[self.matching.naming]
        count = len(self.roles.tuned) + len(self.roles.frozen)
        yield f"{len(self.matching.weights)} arrays of {count} layers come from {self.source.name}, by {names}"
        for title, layers in (
            ("made anew", self.roles.new),
            ("trained on", self.roles.tuned),
            ("kept as they are", self.roles.frozen),
            ("not used, though there", self.matching.unused),
        ):
            if layers:
                yield f"{title}: {', '.join(layers)}"

    def to_json(self) -> dict[str, Any]:
        """What `run.json` says."""
        return {
            "from": str(self.source.path),
            "sha256": self.source.sha256,
            "naming": self.matching.naming,
            "new": list(self.roles.new),
            "trained": list(self.roles.tuned),
            "frozen": list(self.roles.frozen),
            "unused": list(self.matching.unused),
        }


def start(
    spec: Spec, *, runs_dir: Path, dtype: type[np.floating[Any]] = np.float32, on_read: OnRead | None = None
) -> tuple[Experiment, Transfer | None]:
    """The experiment that a config describes, with the weights that it starts from; None where these are random.

    Args:
        spec: the config; that of the experiment has the model, too.
        runs_dir: where runs are looked for.
        dtype: of the parameters.
        on_read: is told how many files of the data are read, where that takes its time.

    Raises:
        ConfigError: the source is missing or does not fit, or what building raises.
        DataError: the data or the file of weights is missing or damaged.
    """
    with located(spec):
        wanted = spec.model.transfer
        if wanted is None:
            return experiment_on(spec, build_data(spec, on_read=on_read), dtype=dtype), None
        source = read_source(wanted.source, runs_dir)
        brings_layers = spec.model.architecture is None and spec.model.layers is None
        spec = _completed(spec, source)
        preprocessor = None if source.run is None else source.run.preprocessor
        data = build_data(spec, pretrained=preprocessor, on_read=on_read)
        if source.run is not None:
            _check_same_inputs(source.run.preprocessor, data.preprocessor, source.name)
        if brings_layers and wanted.replace_head:
            spec = _with_outputs(spec, source, data)
        experiment = experiment_on(spec, data, dtype=dtype)
        transfer = _transferred(experiment, source)
        return replace(experiment, data=replace(data, warnings=(*data.warnings, *transfer.remarks))), transfer


def resume_transfer(spec: Spec, preprocessor: Preprocessor, *, on_read: OnRead | None = None) -> Experiment:
    """The experiment of a run that has begun, to be given the weights of a checkpoint; the source is not needed.

    Args:
        spec: the run's own.
        preprocessor: likewise.
        on_read: is told how many files of the data are read, where that takes its time.
    """
    with located(spec):
        return experiment_on(spec, build_data(spec, pretrained=preprocessor, on_read=on_read))


def restart_transfer(experiment: Experiment, *, runs_dir: Path, sha256: str | None) -> None:
    """Give the model of a run that has no checkpoint yet the weights it began with.

    Raises:
        ConfigError: the source is gone.
        DataError: it has changed.
    """
    transfer = experiment.spec.model.transfer
    if transfer is None:
        start_from_vectors(experiment)
    else:
        with located(experiment.spec):
            source = read_source(transfer.source, runs_dir)
            check_unchanged(source, sha256)
            _transferred(experiment, source)


def assign_roles(experiment: Experiment) -> LayerRoles | None:
    """Freeze the layers that the config wants to keep, and scale the learning rates; None without a transfer."""
    transfer = experiment.spec.model.transfer
    if transfer is None:
        return None
    with located(experiment.spec):
        roles = _layer_roles(experiment)
    roles.apply(experiment.model, learning_rate_scale=transfer.learning_rate_scale)
    return roles


def _layer_roles(experiment: Experiment) -> LayerRoles:
    transfer = experiment.spec.model.transfer
    assert transfer is not None
    with under("model"):
        return LayerRoles.of(
            experiment.model,
            replace_head=transfer.replace_head,
            train=transfer.train,
            reinitialize=transfer.reinitialize,
        )


def _transferred(experiment: Experiment, source: Source) -> Transfer:
    """Copy the weights into the model."""
    roles = _layer_roles(experiment)
    wanted = experiment.spec.model.transfer
    assert wanted is not None
    with under("model"):
        check_ignored(wanted.ignore, source.state, source.name)
        naming = wanted.naming if source.run is None else "dlcli"
        matching = match(experiment.model, source.state, roles.new, naming)
        check_complete(experiment.model, matching, source.state, source.name)
        check_all_used(matching, {*wanted.ignore, *_dispensable(source, replace_head=wanted.replace_head)}, source.name)
    check_finite(experiment.model, matching, str(source.path))
    load(experiment.model, matching)
    return Transfer(source, matching, roles, tuple(_remarks(experiment, source)))


def _dispensable(source: Source, *, replace_head: bool) -> Iterator[str]:
    """What is in the source and not in the model for a good reason: the head that is replaced, and auxiliary ones.

    Auxiliary heads take part in training alone. Of a file, only the names tell which modules these are.
    """
    if source.run is None:
        yield from AUXILIARY_HEADS
        if replace_head:
            yield from HEADS
        return
    graph = source.run.model
    needed = ancestors(graph.nodes, {graph.output})
    yield from (node.name for node in graph.nodes if node.name not in needed)
    if replace_head:
        yield from head_layers(graph)


def _check_same_inputs(theirs: Preprocessor, ours: Preprocessor, source: str) -> None:
    """Refuse numbers that stand for something else than those that the weights were trained on.

    Raises:
        ConfigError: other columns, or other tokens.
    """
    pairs = {
        "columns": (theirs.input_names, ours.input_names) if ours.encoder or theirs.encoder else ((), ()),
        "tokens": (_tokens(theirs), _tokens(ours)),
    }
    for what, (known, found) in pairs.items():
        if known != found:
            new = [name for name in found if name not in known] or [name for name in known if name not in found]
            example = f", such as {new[0]!r}" if new else ", in another order"
            raise ConfigError(
                f"the {what} of {source} are not those of this data{example}",
                code="incompatible_weights",
                key="model.from",
            )


def _tokens(preprocessor: Preprocessor) -> tuple[str, ...]:
    return () if preprocessor.vocabulary is None else tuple(preprocessor.vocabulary.tokens)


def _remarks(experiment: Experiment, source: Source) -> Iterator[str]:
    """Where the model now works under other conditions than those it was trained under."""
    transfer, data = experiment.spec.model.transfer, experiment.data
    if source.run is None or transfer is None:
        return
    theirs, ours = source.run.preprocessor, data.preprocessor
    if theirs.scaling.to_json() != ours.scaling.to_json():
        yield (
            f"data.normalize is {experiment.spec.data.normalize.name}: the inputs are not scaled as those that "
            f"{source.name} was trained with; pretrained would do so"
        )
    if not transfer.replace_head and theirs.class_names != ours.class_names:
        pairs = zip(theirs.class_names or (), ours.class_names or (), strict=False)
        renamed = ", ".join(f"{old} → {new}" for old, new in pairs if old != new)
        yield f"replace_head is false, so the outputs of {source.name} stand for other classes now: {renamed}"


# ---- what the config leaves to the source ----


def _completed(spec: Spec, source: Source) -> Spec:
    """The config with what a run brings along: its layers, the scaling of its inputs."""
    assert spec.model.transfer is not None
    transfer = spec.model.transfer.model_copy(update={"source": str(source.path)})
    model, data = replace(spec.model, transfer=transfer), spec.data
    if model.architecture is None and model.layers is None:
        if source.run is None:
            found = "a file has weights only; give architecture or layers beside it"
            raise ConfigError(found, key="model.from")
        model = replace(source.run.spec.model, transfer=transfer)
        for mistake in dropout_mistakes(model, spec.regularization.dropout):
            raise ConfigError(mistake.message, key="regularization.dropout")
    if source.run is not None and "normalize" not in data.model_fields_set:
        data = data.model_copy(update={"normalize": ComponentSpec("normalization", "pretrained")})
    return spec.model_copy(update={"model": model, "data": data})


def _with_outputs(spec: Spec, source: Source, data: Data) -> Spec:
    """The list of layers of a run with as many outputs as this data needs; an architecture sees to that itself."""
    layers = spec.model.layers
    if source.run is None or layers is None:
        return spec
    names = [node.name for node in with_names(Node(it.name or "", it.layer.name) for it in layers)]
    heads = {*head_layers(source.run.model)}
    units = build_task(spec, data.preprocessor.targets).output_units
    resized = tuple(_resized(it, units) if name in heads else it for name, it in zip(names, layers, strict=True))
    return spec.model_copy(update={"model": replace(spec.model, layers=resized)})


def _resized(layer: LayerSpec, outputs: int) -> LayerSpec:
    sizes = {option: outputs for option in SIZES if option in layer.layer.options}
    return replace(layer, layer=replace(layer.layer, options=layer.layer.options | sizes))
