"""Initial weights from a run: by default, the layers and the scaling of the inputs come from it as well.

Both are written to the resolved config, so that the training can be repeated.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from dlcli import runs
from dlcli.api.initial_weights.transferred import TransferredWeights
from dlcli.api.initial_weights.weight_source import WeightSource
from dlcli.api.loaded_model import LoadedModel
from dlcli.assembly import Experiment, build_task
from dlcli.core import ConfigError, StorageError, under
from dlcli.data import Data, Preprocessor, sha256
from dlcli.nn import Naming, Node, ancestors, head_layers, with_names
from dlcli.spec import ComponentSpec, LayerSpec, Spec, TransferSection, dropout_mistakes
from dlcli.tasks import Task
from dlcli.training import CheckpointStore

#: Layer options that set the number of outputs.
SIZES = ("units", "filters")


class FromRun(TransferredWeights):
    """Best weights of a run.

    Args:
        options: Options of the transfer; the source is a run as a folder, an id, a prefix of an id, or a name (the
            newest finished run of that name).
        needs_layers: Whether the config omits the layers.
        runs_dir: Folder in which runs are looked up.
    """

    def __init__(self, options: TransferSection, *, needs_layers: bool, runs_dir: Path) -> None:
        super().__init__(options)
        self.needs_layers = needs_layers
        self.runs_dir = runs_dir

    @functools.cached_property
    def trained(self) -> LoadedModel:
        """Model of the run, with its config and preprocessing."""
        with under("model.from"):
            folder = runs.find(self.runs_dir, self.options.source)
        try:
            return LoadedModel(folder)
        except StorageError as error:
            raise ConfigError(f"run {folder.id} has no usable weights: {error}", key="model.from") from error

    def read_source(self) -> WeightSource:
        folder = self.trained.folder
        best = CheckpointStore(folder.checkpoints).pointer("best")
        assert best is not None, "the best weights have been read"
        checksum = sha256(folder.checkpoints / best["checkpoint"] / "weights.safetensors")
        name = f"run {folder.path.absolute().name}"
        return WeightSource(name, folder.path.absolute(), checksum, self.trained.model.state_dict())

    @property
    def naming(self) -> Naming | None:
        return "dlcli"

    @property
    def preprocessor(self) -> Preprocessor:
        return self.trained.preprocessor

    def optional_modules(self) -> Iterator[str]:
        """Yield the layers of auxiliary heads and of a replaced head."""
        graph = self.trained.model
        needed = ancestors(graph.nodes, graph.main_outputs.values())
        yield from (node.name for node in graph.nodes if node.name not in needed)
        if self.options.replace_head:
            yield from head_layers(graph)

    def complete_spec(self, spec: Spec) -> Spec:
        """Fill in the layers and the input scaling that the config omits with those of the run."""
        completed = super().complete_spec(spec)
        model, data = completed.model, completed.data
        if self.needs_layers:
            model = replace(self.trained.spec.model, transfer=model.transfer)
            for mistake in dropout_mistakes(model, spec.regularization.dropout):
                raise ConfigError(mistake.message, key="regularization.dropout")
        if "normalize" not in data.model_fields_set:
            data = data.model_copy(update={"normalize": ComponentSpec("normalization", "pretrained")})
        return completed.model_copy(update={"model": model, "data": data})

    def adapt_spec(self, spec: Spec, data: Data) -> Spec:
        """Resize the heads in the layers of the run to this data; an architecture resizes its own head.

        Raises:
            ConfigError: The columns or the tokens of the inputs differ from those of the run.
        """
        _check_same_inputs(self.preprocessor, data.preprocessor, self.source.name)
        layers = spec.model.layers
        if layers is None or not self.needs_layers or not self.options.replace_head:
            return spec
        names = [node.name for node in with_names(Node(it.name or "", it.layer.name) for it in layers)]
        units = self._head_units(build_task(spec, data.preprocessor.targets))
        resized = tuple(
            _resized(it, units[name]) if name in units else it for name, it in zip(names, layers, strict=True)
        )
        return spec.model_copy(update={"model": replace(spec.model, layers=resized)})

    def _head_units(self, task: Task) -> dict[str, int]:
        """Return head layer → number of outputs that a task requires of it."""
        graph, output = self.trained.model, self.trained.spec.model.output
        if task.parts and isinstance(output, Mapping):
            return {
                layer: part.output_units
                for head, part in task.parts.items()
                if head in output
                for layer in head_layers(graph, [output[head]])
            }
        return dict.fromkeys(head_layers(graph), task.output_units)

    def remarks(self, experiment: Experiment) -> Iterator[str]:
        pretrained, current = self.preprocessor, experiment.data.preprocessor
        if pretrained.scaling.to_json() != current.scaling.to_json():
            normalization = experiment.spec.data.normalize.name
            yield (
                f"data.normalize is {normalization}, so the inputs are scaled differently from those "
                f"that {self.source.name} was trained on; use pretrained to scale them identically"
            )
        if not self.options.replace_head and pretrained.targets.class_names != current.targets.class_names:
            pairs = zip(pretrained.targets.class_names or (), current.targets.class_names or (), strict=False)
            renamed = ", ".join(f"{old} → {new}" for old, new in pairs if old != new)
            yield f"replace_head is false, so the outputs of {self.source.name} now stand for other classes: {renamed}"


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


def _resized(layer: LayerSpec, outputs: int) -> LayerSpec:
    sizes = {option: outputs for option in SIZES if option in layer.layer.options}
    return replace(layer, layer=replace(layer.layer, options=layer.layer.options | sizes))
