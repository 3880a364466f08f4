"""Conversion of weights from PyTorch's names and layouts to those of a graph, without PyTorch itself.

Names follow a rule: the path of a module with "_" instead of "." is the name of the node, so that
`layer1.0.conv1.weight` belongs to the node `layer1_0_conv1`. In normalization layers, `weight` and `bias` are γ and β,
`running_mean` and `running_var` the moving averages.

Layouts: filters (K, C, f_h, f_w) -> (f_h, f_w, C, K), also with groups or transposed; matrices (out, in) -> (in, out).
PyTorch flattens images with channels first. The weights of linear layers on flattened images are reordered to
(H, W, C); a convolution over the whole image, which timm has instead, is converted to the same matrix. For recurrent
modules, see `torch_recurrent`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dlcli.nn.graph import Graph
from dlcli.nn.layer import Shape
from dlcli.nn.node import Node
from dlcli.nn.torch_recurrent import RECURRENT, hidden_bias_of, merge_biases, recurrent_name

_SAME = {"weight": "weight", "bias": "bias"}
_NORMALIZATION = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
#: type of a layer -> PyTorch's names of its arrays -> names in the layer
ARRAY_NAMES: Mapping[str, Mapping[str, str]] = {
    "conv2d": _SAME,
    "depthwise_conv2d": _SAME,
    "conv_transpose2d": _SAME,
    "linear": _SAME,
    "embedding": {"weight": "weight"},
    "batch_norm": _NORMALIZATION,
    "layer_norm": {"weight": "gamma", "bias": "beta"},
}
#: counters in PyTorch's state dict that are not needed
IGNORED = "num_batches_tracked"
#: prefix of every name in files saved from a wrapper (DataParallel, Lightning, torch.compile)
WRAPPER = r"^(module|model|_orig_mod)\."
#: alternative names of modules, tried in this order if a name matches no node
RENAMINGS: tuple[tuple[str, str], ...] = (
    (WRAPPER, ""),
    (r"^pre_logits\.fc1\b", "classifier.0"),  # timm's VGG
    (r"^pre_logits\.fc2\b", "classifier.3"),
    (r"^head\.fc\b", "classifier.6"),
    (r"\bshortcut\b", "downsample"),  # the usual residual networks for CIFAR-10
    (r"^linear\b", "fc"),
)


@dataclass(frozen=True)
class ShapeMismatch:
    """An array with a matching name and another shape, typically of a head for other classes.

    Args:
        name: Name of the array in the graph.
        source: Name of the array in the file.
        actual: Shape in the file, in PyTorch's layout.
        expected: Shape in the graph, in dlcli's layout.
    """

    name: str
    source: str
    actual: Shape
    expected: Shape

    def __str__(self) -> str:
        return f"{self.name}: expected shape {self.expected}, got {self.actual} from {self.source}"


@dataclass(frozen=True)
class ConversionReport:
    """Result of a conversion for every array of the file and of the graph.

    Args:
        matched: Name in the graph -> name in the file.
        missing: Names in the graph without a match in the file, excluding mismatches.
        unexpected: Names in the file without a match in the graph -> node to which they belong by name, or None.
        mismatched: Arrays whose shapes differ.
        ignored: Names in the file that are not needed: counters of batches.
        merged: Names in the file of second biases, which are added to the first ones.
    """

    matched: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unexpected: Mapping[str, str | None] = field(default_factory=dict)
    mismatched: tuple[ShapeMismatch, ...] = ()
    ignored: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the graph has all its weights from the file, and the file no others."""
        return not (self.missing or self.unexpected or self.mismatched)

    def __str__(self) -> str:
        parts = [f"{len(self.matched)} of {len(self.matched) + len(self.missing) + len(self.mismatched)} arrays match"]
        parts += [f"shapes differ: {'; '.join(map(str, self.mismatched))}"] if self.mismatched else []
        parts += [f"not in the file: {', '.join(self.missing)}"] if self.missing else []
        parts += [f"not in the model: {', '.join(self.unexpected)}"] if self.unexpected else []
        return "; ".join(parts)


def from_torch(state: Mapping[str, np.ndarray], graph: Graph) -> tuple[dict[str, np.ndarray], ConversionReport]:
    """Convert the arrays of a PyTorch state dict that fit the graph to its names, layouts and data type.

    The graph is not changed; if `report.complete`, the result can be passed to `graph.load_state_dict`.

    Args:
        state: Arrays by name, as saved by torchvision and timm.
        graph: Graph of the model.
    """
    nodes = {node.name: node for node in graph.nodes}
    own = graph.state_dict()
    image_shapes = _flattened_image_shapes(graph)
    converted: dict[str, np.ndarray] = {}
    matched: dict[str, str] = {}
    unexpected: dict[str, str | None] = {}
    mismatched, ignored, merged = [], [], []
    hidden_biases = _hidden_biases(state, nodes)
    for source, array in state.items():
        if source.rpartition(".")[2] == IGNORED:
            ignored.append(source)
            continue
        if source in hidden_biases.values():
            continue
        node, name = _find_array(source, nodes)
        lacks_second = node is not None and node.type in RECURRENT and array.ndim == 1 and name not in hidden_biases
        if node is None or name is None or name not in own or name in matched or lacks_second:
            unexpected[source] = None if node is None else node.name
            continue
        values = {name: array}
        if name in hidden_biases:
            merged.append(hidden_biases[name])
            values = _merged_arrays(name, array, state[hidden_biases[name]], node)
        for target, torch_value in values.items():
            value = _to_dlcli_layout(torch_value, node.type, image_shapes.get(node.inputs[0]), own[target].shape)
            if value is None:
                mismatched.append(ShapeMismatch(target, source, array.shape, own[target].shape))
            else:
                matched[target] = source
                with np.errstate(over="ignore"):  # infinities are detected when the weights are loaded
                    converted[target] = np.array(value, dtype=graph.dtype, order="C")
    unexpected |= {source: name.partition(".")[0] for name, source in hidden_biases.items() if source not in merged}
    wrong = {mismatch.name for mismatch in mismatched}
    missing = tuple(name for name in own if name not in matched and name not in wrong)
    report = ConversionReport(matched, missing, unexpected, tuple(mismatched), tuple(ignored), tuple(merged))
    return converted, report


def _hidden_biases(state: Mapping[str, np.ndarray], nodes: Mapping[str, Node]) -> dict[str, str]:
    """Return the names in the file of PyTorch's second biases, by the name of the graph's bias they are added to."""
    hidden_biases: dict[str, str] = {}
    for source in state:
        node, array = _find_node(source, nodes)
        bias = None if node is None or node.type not in RECURRENT else hidden_bias_of(array, node)
        if node is not None and bias is not None:
            hidden_biases.setdefault(f"{node.name}.{bias}", source)
    return hidden_biases


def _merged_arrays(name: str, first: np.ndarray, second: np.ndarray, node: Node) -> dict[str, np.ndarray]:
    """Merge the two biases of a cell, by the graph's names."""
    if first.shape != second.shape or first.ndim != 1:
        return {name: np.concatenate([first.ravel(), second.ravel()])}  # fits no shape: reported as a mismatch
    cell = name.removesuffix("bias")
    return {f"{cell}{bias}": value for bias, value in merge_biases(first, second, node).items()}


def _find_array(source: str, nodes: Mapping[str, Node]) -> tuple[Node | None, str | None]:
    """Return the node of one of PyTorch's arrays, and the name of the array in the graph."""
    node, array = _find_node(source, nodes)
    if node is None:
        return None, None
    own = recurrent_name(array, node) if node.type in RECURRENT else ARRAY_NAMES.get(node.type, {}).get(array)
    return node, None if own is None else f"{node.name}.{own}"


def _find_node(source: str, nodes: Mapping[str, Node]) -> tuple[Node | None, str]:
    """Return the node of one of PyTorch's arrays, and the last part of the array's name."""
    for name in _alternative_names(source):
        path, _, array = name.rpartition(".")
        node = nodes.get(path.replace(".", "_"))
        if node is not None:
            return node, array
    return None, source.rpartition(".")[2]


def _alternative_names(name: str) -> list[str]:
    """Return the name itself, then the results of all combinations of the renamings."""
    names = [name]
    for pattern, replacement in RENAMINGS:
        names += [re.sub(pattern, replacement, other) for other in names if re.search(pattern, other)]
    return names


def _flattened_image_shapes(graph: Graph) -> dict[str, Shape]:
    """Return the image shapes (H, W, C) of the nodes whose output is a flattened image."""
    shapes: dict[str, Shape] = {}
    for node in graph.nodes:
        before = node.inputs[0]
        shape = graph.shapes[before]
        if node.type == "flatten" and len(shape) == 3:
            shapes[node.name] = shape
        elif before in shapes and len(node.inputs) == 1 and _is_elementwise(node, graph):
            shapes[node.name] = shapes[before]
    return shapes


def _is_elementwise(node: Node, graph: Graph) -> bool:
    """Return whether output element k depends on input element k: activations, dropout, batch_norm."""
    has_equal_shape = graph.shapes[node.name] == graph.shapes[node.inputs[0]]
    return has_equal_shape and (node.type == "batch_norm" or not graph.layers[node.name].parameters())


def _to_dlcli_layout(array: np.ndarray, layer: str, image: Shape | None, expected: Shape) -> np.ndarray | None:
    """Convert an array to the graph's layout; None if the shape differs.

    Args:
        array: Array in PyTorch's layout.
        layer: Type of the layer.
        image: Shape (H, W, C) of the flattened image that is the layer's input, or None.
        expected: Shape in the graph.
    """
    if array.ndim == 4:  # (K, C, f_h, f_w) -> (f_h, f_w, C, K)
        array = array.transpose(2, 3, 1, 0)
        if layer == "linear" and (image is None or array.shape[:3] == image):
            array = array.reshape(-1, array.shape[3])
    elif layer in ("linear", *RECURRENT) and array.ndim == 2:
        array = array.T
        if image is not None and len(array) == np.prod(image):
            height, width, channels = image
            array = array.reshape(channels, height, width, -1).transpose(1, 2, 0, 3).reshape(len(array), -1)
    elif layer in ("batch_norm", "layer_norm") and image is not None and array.size == np.prod(image):
        height, width, channels = image
        array = array.reshape(channels, height, width).transpose(1, 2, 0).ravel()
    return array if array.shape == expected else None
