"""Transfer learning: the model of an experiment starts from the weights of another model.

By default, the layers and the scaling of the inputs are those of the source run. Both are written to the resolved
config with the absolute path of the source, so that the training can be repeated. Neither a resumed run nor a trained
model needs the source, since their weights are in their own checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.api.model_source import Source, check_unchanged, read_source
from dlcli.api.word_vectors import start_from_vectors
from dlcli.assembly import Experiment, build_data, build_task, experiment_on, locate_errors
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

#: Layer options that set the number of outputs.
SIZES = ("units", "filters")
#: Usual names of the last layer in published weight files.
HEADS = ("fc", "classifier", "head", "last_linear", "linear", "output")
#: Names of torchvision's auxiliary heads, which are used during training only.
AUXILIARY_HEADS = ("aux1", "aux2", "AuxLogits")


@dataclass(frozen=True)
class Transfer:
    """A transfer of weights into a model.

    Args:
        source: Source of the weights.
        matching: Which arrays of the source are loaded into which arrays of the model.
        roles: Roles of the model's layers: new, tuned or frozen.
        remarks: Warnings about the transfer.
    """

    source: Source
    matching: WeightMatch
    roles: LayerRoles
    remarks: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield the lines for `train.log`."""
        names = {"dlcli": "the names of dlcli", "torch": "the names and layouts of PyTorch"}[self.matching.naming]
        count = len(self.roles.tuned) + len(self.roles.frozen)
        arrays = f"{len(self.matching.weights)} arrays of {count} layers"
        yield f"loaded {arrays} from {self.source.name}, matched by {names}"
        for title, layers in (
            ("trained from scratch", self.roles.new),
            ("fine-tuned", self.roles.tuned),
            ("frozen", self.roles.frozen),
            ("unused arrays of the source", self.matching.unused),
        ):
            if layers:
                yield f"{title}: {', '.join(layers)}"

    def to_json(self) -> dict[str, Any]:
        """Return the entry of `run.json`."""
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
    """Build the experiment that a config describes, with its initial weights.

    Args:
        spec: Config; the layers and input scaling that it omits are taken from the source.
        runs_dir: Folder in which runs are looked up.
        dtype: Type of the parameters.
        on_read: Callback for the progress of reading many files.

    Returns:
        The experiment and the transfer of its weights, which is None if the weights are random.

    Raises:
        ConfigError: The source is missing or does not fit the model, or the experiment cannot be built.
        DataError: The data or the weight file is missing or damaged.
    """
    with locate_errors(spec):
        options = spec.model.transfer
        if options is None:
            return experiment_on(spec, build_data(spec, on_read=on_read), dtype=dtype), None
        source = read_source(options.source, runs_dir)
        needs_layers = spec.model.architecture is None and spec.model.layers is None
        spec = _complete(spec, source)
        preprocessor = None if source.run is None else source.run.preprocessor
        data = build_data(spec, pretrained=preprocessor, on_read=on_read)
        if source.run is not None:
            _check_same_inputs(source.run.preprocessor, data.preprocessor, source.name)
        if needs_layers and options.replace_head:
            spec = _with_outputs(spec, source, data)
        experiment = experiment_on(spec, data, dtype=dtype)
        transfer = _transfer_weights(experiment, source)
        return replace(experiment, data=replace(data, warnings=(*data.warnings, *transfer.remarks))), transfer


def resume_transfer(spec: Spec, preprocessor: Preprocessor, *, on_read: OnRead | None = None) -> Experiment:
    """Build the experiment of a run to resume; the source is not needed, since the weights come from a checkpoint.

    Args:
        spec: Config of the run.
        preprocessor: Preprocessing of the run.
        on_read: Callback for the progress of reading many files.
    """
    with locate_errors(spec):
        return experiment_on(spec, build_data(spec, pretrained=preprocessor, on_read=on_read))


def restart_transfer(experiment: Experiment, *, runs_dir: Path, sha256: str | None) -> None:
    """Load the initial weights of a run that has no checkpoint yet.

    Args:
        experiment: Experiment of the run.
        runs_dir: Folder in which runs are looked up.
        sha256: SHA-256 of the source when the run began; None if it was not recorded.

    Raises:
        ConfigError: The source no longer exists.
        DataError: The source has changed.
    """
    transfer = experiment.spec.model.transfer
    if transfer is None:
        start_from_vectors(experiment)
    else:
        with locate_errors(experiment.spec):
            source = read_source(transfer.source, runs_dir)
            check_unchanged(source, sha256)
            _transfer_weights(experiment, source)


def assign_roles(experiment: Experiment) -> LayerRoles | None:
    """Freeze layers and scale learning rates as the config says; return None without transfer learning."""
    transfer = experiment.spec.model.transfer
    if transfer is None:
        return None
    with locate_errors(experiment.spec):
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


def _transfer_weights(experiment: Experiment, source: Source) -> Transfer:
    """Copy the weights of the source into the model."""
    roles = _layer_roles(experiment)
    options = experiment.spec.model.transfer
    assert options is not None
    with under("model"):
        check_ignored(options.ignore, source.state, source.name)
        naming = options.naming if source.run is None else "dlcli"
        matching = match(experiment.model, source.state, roles.new, naming)
        check_complete(experiment.model, matching, source.state, source.name)
        optional = _optional_modules(source, replace_head=options.replace_head)
        check_all_used(matching, {*options.ignore, *optional}, source.name)
    check_finite(experiment.model, matching, str(source.path))
    load(experiment.model, matching)
    return Transfer(source, matching, roles, tuple(_remarks(experiment, source)))


def _optional_modules(source: Source, *, replace_head: bool) -> Iterator[str]:
    """Yield the modules of the source that the model may lack: the replaced head and auxiliary heads.

    Auxiliary heads are used during training only. In a weight file, both are recognized by their names.
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


def _check_same_inputs(pretrained: Preprocessor, current: Preprocessor, source: str) -> None:
    """Check that the inputs have the same columns and tokens as those the weights were trained on.

    Raises:
        ConfigError: The columns or the tokens differ.
    """
    pairs = {
        "columns": (pretrained.input_names, current.input_names) if current.encoder or pretrained.encoder else ((), ()),
        "tokens": (_tokens(pretrained), _tokens(current)),
    }
    for what, (old, new) in pairs.items():
        if old != new:
            different = [name for name in new if name not in old] or [name for name in old if name not in new]
            difference = f": only one of them has {different[0]!r}" if different else " in their order"
            raise ConfigError(
                f"the {what} of {source} differ from those of this data{difference}",
                code="incompatible_weights",
                key="model.from",
            )


def _tokens(preprocessor: Preprocessor) -> tuple[str, ...]:
    return () if preprocessor.vocabulary is None else tuple(preprocessor.vocabulary.tokens)


def _remarks(experiment: Experiment, source: Source) -> Iterator[str]:
    """Yield a remark for each way in which the weights are used differently from how they were trained."""
    transfer, data = experiment.spec.model.transfer, experiment.data
    if source.run is None or transfer is None:
        return
    pretrained, current = source.run.preprocessor, data.preprocessor
    if pretrained.scaling.to_json() != current.scaling.to_json():
        yield (
            f"data.normalize is {experiment.spec.data.normalize.name}, so the inputs are scaled differently from those "
            f"that {source.name} was trained on; use pretrained to scale them identically"
        )
    if not transfer.replace_head and pretrained.class_names != current.class_names:
        pairs = zip(pretrained.class_names or (), current.class_names or (), strict=False)
        renamed = ", ".join(f"{old} → {new}" for old, new in pairs if old != new)
        yield f"replace_head is false, so the outputs of {source.name} now stand for other classes: {renamed}"


# ---- parts of the config that come from the source ----


def _complete(spec: Spec, source: Source) -> Spec:
    """Fill in the layers and the input scaling that the config omits with those of the source run."""
    assert spec.model.transfer is not None
    transfer = spec.model.transfer.model_copy(update={"source": str(source.path)})
    model, data = replace(spec.model, transfer=transfer), spec.data
    if model.architecture is None and model.layers is None:
        if source.run is None:
            message = "a weight file does not describe the layers: also set model.architecture or model.layers"
            raise ConfigError(message, code="missing_key", key="model.from")
        model = replace(source.run.spec.model, transfer=transfer)
        for mistake in dropout_mistakes(model, spec.regularization.dropout):
            raise ConfigError(mistake.message, key="regularization.dropout")
    if source.run is not None and "normalize" not in data.model_fields_set:
        data = data.model_copy(update={"normalize": ComponentSpec("normalization", "pretrained")})
    return spec.model_copy(update={"model": model, "data": data})


def _with_outputs(spec: Spec, source: Source, data: Data) -> Spec:
    """Resize the heads in the layers of the source run to this data; an architecture resizes its own head."""
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
