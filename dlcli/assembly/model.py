"""Creation of the task and the model of an experiment."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from dlcli.assembly.component import create
from dlcli.core import ConfigError, Generators, node_of, registry, under, unknown_name
from dlcli.data import Preprocessor, SequenceSource, Split, Targets
from dlcli.nn import Embedding, Graph, Layer, Node, check_causal, check_last_steps, check_padding, with_names
from dlcli.spec import ComponentSpec, Spec, component_from, plain
from dlcli.tasks import Task, task_class


def build_task(spec: Spec, targets: Targets) -> Task:
    """Create the task that the config names; without one, infer it from the targets and the model."""
    component = spec.task or component_from("task", _inferred_task(targets, spec.model.architecture))
    parts = _build_heads(component, targets) if targets.parts else {}
    task: Task = create(component, targets, *([parts] if parts else []), at="task")
    return task


def _build_heads(component: ComponentSpec, targets: Targets) -> dict[str, Task]:
    """Create the task of each head of a multi-task model."""
    tasks: dict[str, Task] = {}
    for head, options in component.options["heads"].items():
        of_head = targets.parts[head]
        described = component_from("task", options.task or _inferred_task(of_head))
        tasks[head] = create(described, of_head, at=f"task.heads.{head}.task")
    return tasks


def _inferred_task(targets: Targets, architecture: ComponentSpec | None = None) -> str:
    """Return the task for targets of this kind; of two, the one whose outputs the architecture provides."""
    names = [name for name in registry.names("task") if task_class(name).is_default_for(targets)]
    if architecture is not None and architecture.name == "softmax_regression":  # has an output per class, also for two
        names = [name for name in names if task_class(name).output_form != "one logit"]
    return names[0]


def model_nodes(spec: Spec, input_shape: tuple[int, ...], output_units: int) -> list[Node]:
    """Return the model of the config as named nodes.

    Args:
        spec: Config of the experiment.
        input_shape: Shape of one example.
        output_units: Number of outputs that the task requires.
    """
    if spec.model.architecture is not None:
        component = spec.model.architecture
        if spec.regularization.dropout:
            options = component.options | {"dropout_rate": spec.regularization.dropout}
            component = dataclasses.replace(component, options=options)
        nodes: list[Node] = create(component, input_shape, output_units, at="model")
        return with_names(nodes)
    layers = spec.model.layers or ()
    return with_names(Node(it.name or "", it.layer.name, plain(it.layer.options), it.inputs) for it in layers)


def build_model(
    spec: Spec,
    preprocessor: Preprocessor,
    task: Task,
    *,
    generators: Generators,
    dtype: type[np.floating[Any]] = np.float32,
) -> Graph:
    """Create the model with its initial weights.

    Args:
        spec: Config of the experiment.
        preprocessor: Preprocessing, which determines the input shape and the vocabulary.
        task: Task, which determines the output shape.
        generators: Random generators of the model.
        dtype: Data type of the weights.

    Raises:
        ConfigError: The graph is invalid, shapes do not match, or the task requires another output shape.
    """
    # the nodes of an architecture have no keys in the config, so their errors are reported at `model`
    key_of = "layers[{}]".format if spec.model.layers is not None else lambda _: ""
    vocabulary = preprocessor.vocabulary
    nodes = model_nodes(spec, preprocessor.input_shape, task.output_units)
    positions = {node.name: position for position, node in enumerate(nodes)}
    outputs = spec.model.output
    heads = outputs if task.parts and isinstance(outputs, Mapping) else {}
    if heads:
        _check_heads(heads, task, positions)
        nodes.append(_joined_heads(nodes, heads, task))
    with under("model"):
        model = Graph.build(
            nodes,
            preprocessor.input_shape,
            generators=generators,
            create=functools.partial(create_layer, num_tokens=None if vocabulary is None else len(vocabulary)),
            outputs=nodes[-1].name if heads else outputs,
            dtype=dtype,
            key_of=key_of,
        )
        if heads:
            _check_head_shapes(model, heads, task)
        _check_one_output(model, task)
        check_last_steps(model, lambda name: key_of(positions[name]))
        if task.targets.predicts_inputs:
            check_causal(model, lambda name: key_of(positions[name]))
    if spec.training.stateful and not model.has_state:
        raise ConfigError(
            "the model has no recurrent layer with a state",
            code="not_applicable",
            key="training.stateful",
        )
    required_shape = task.output_shape(model.input_shape)
    if model.output_shape != required_shape:
        name = registry.name_of("task", type(task))
        raise ConfigError(
            f"expected {format_shape(required_shape)} per example for {name} on this data, "
            f"got {format_shape(model.output_shape)} from the last layer, {model.output}",
            code="wrong_shape",
            key=_output_key(spec, model),
        )
    return model


def _check_heads(outputs: Mapping[str, str], task: Task, nodes: Collection[str]) -> None:
    """Raise a ConfigError unless the outputs of the model are named like the heads of the task."""
    for name in outputs:
        if name not in task.parts:
            message = f"{name!r}: {unknown_name('head', name, task.parts)}"
            raise ConfigError(message, code="unknown_name", key=f"model.output.{name}")
        if node_of(outputs[name]) not in nodes:
            message = f"{outputs[name]!r}: {unknown_name('node', outputs[name], nodes)}"
            raise ConfigError(message, code="unknown_name", key=f"model.output.{name}")
    missing = [head for head in task.parts if head not in outputs]
    if missing:
        raise ConfigError(f"the head {missing[0]} has no output", code="missing_key", key="model.output")


def _joined_heads(nodes: Sequence[Node], outputs: Mapping[str, str], task: Task) -> Node:
    """Return the node that puts the outputs of the heads side by side, as the task reads them."""
    taken = {node.name for node in nodes}
    name = next(name for name in ("heads", *map("heads_{}".format, range(len(nodes)))) if name not in taken)
    return Node(name, "concat", {}, tuple(outputs[head] for head in task.parts))


def _check_head_shapes(model: Graph, outputs: Mapping[str, str], task: Task) -> None:
    """Raise a ConfigError unless each head has as many outputs as its task reads."""
    for head, part in task.parts.items():
        shape, required = model.shapes[outputs[head]], part.output_shape(model.input_shape)
        if shape != required:
            name = registry.name_of("task", type(part))
            message = f"expected {format_shape(required)} for {name}, got {format_shape(shape)} from {outputs[head]}"
            raise ConfigError(message, code="wrong_shape", key=f"output.{head}")


def _check_one_output(model: Graph, task: Task) -> None:
    """Raise a ConfigError if the model has several outputs, of which the task reads one."""
    if len(model.main_outputs) > 1:
        raise ConfigError(
            f"expected one output for {registry.name_of('task', type(task))}, got {len(model.main_outputs)}: "
            f"{', '.join(model.main_outputs)}",
            code="not_applicable",
            key="output",
        )


def _output_key(spec: Spec, model: Graph) -> str:
    """Return the key of the model's output in the config."""
    if spec.model.output is None:
        return f"model.layers[{len(spec.model.layers or ()) - 1}]"
    return "model.output" if isinstance(spec.model.output, str) else f"model.output.{model.output_name}"


def check_sequences(spec: Spec, model: Graph, splits: Mapping[str, Split]) -> None:
    """Check that the model treats padding as such, if examples are sequences of different lengths.

    Args:
        spec: Config of the experiment.
        model: Model.
        splits: Splits of the data.

    Raises:
        ConfigError: A layer combines steps with padding.
    """
    lengths = [split.inputs.lengths for split in splits.values() if isinstance(split.inputs, SequenceSource)]
    if not any(len(np.unique(of_split)) > 1 for of_split in lengths):
        return
    layers = spec.model.layers or ()
    named = with_names(Node(it.name or "", it.layer.name, {}, it.inputs) for it in layers)
    keys = {node.name: f"layers[{position}]" for position, node in enumerate(named)}
    with under("model"):
        check_padding(model, lambda name: keys.get(name, ""))


def create_layer(node: Node, num_tokens: int | None = None) -> Layer:
    """Create the layer that a node describes.

    Args:
        node: Description of the layer.
        num_tokens: Number of tokens in the vocabulary, for embeddings; None without a vocabulary.
    """
    supplied = (num_tokens,) if registry.lookup("layer", node.type) is Embedding else ()
    layer: Layer = create(component_from("layer", {"name": node.type, **node.options}), *supplied, at=node.type)
    return layer


def format_shape(shape: tuple[int, ...]) -> str:
    """Format an output shape: `3 outputs`, `8 × 8 × 1 outputs`."""
    return " × ".join(map(str, shape)) + (" output" if shape == (1,) else " outputs")
