"""Names and forms of the arrays of PyTorch's recurrent modules.

`weight_ih_l1_reverse` is the input weight of the second layer in reverse direction. The gates have the same order in
PyTorch and in dlcli: input, forget, candidate, output in an LSTM, reset, update, candidate in a GRU. PyTorch adds two
biases where one is sufficient. Only the candidate of a GRU needs the second one, which its reset gate multiplies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from dlcli.nn.node import Node

RECURRENT = ("rnn", "lstm", "gru")

_ARRAY = re.compile(r"(weight|bias)_(ih|hh)(?:_l(\d+)(_reverse)?)?")  # cells (`LSTMCell`) have no number
_DLCLI_NAMES: Mapping[str, str] = {"weight_ih": "input_weight", "weight_hh": "recurrent_weight", "bias_ih": "bias"}


def recurrent_name(array: str, node: Node) -> str | None:
    """Return dlcli's name of one of PyTorch's arrays, or None; `bias_hh…` has no counterpart, see `merge_biases`."""
    parts = _parse_name(array, node)
    return None if parts is None or parts[0] not in _DLCLI_NAMES else f"{parts[1]}.{_DLCLI_NAMES[parts[0]]}"


def hidden_bias_of(array: str, node: Node) -> str | None:
    """Return the name of the bias to which `bias_hh…` is added; None for other arrays."""
    parts = _parse_name(array, node)
    return f"{parts[1]}.bias" if parts is not None and parts[0] == "bias_hh" else None


def _parse_name(array: str, node: Node) -> tuple[str, str] | None:
    """Return PyTorch's name without the number of the layer, and the name of the cell."""
    match = _ARRAY.fullmatch(array)
    if match is None or not node.options.get("reset_after", True):  # CS 230's form of the GRU is another function
        return None
    kind, part, layer, reverse = match.groups()
    return f"{kind}_{part}", f"layer_{int(layer or 0) + 1}{reverse or ''}"


def merge_biases(input_bias: np.ndarray, hidden_bias: np.ndarray, node: Node) -> dict[str, np.ndarray]:
    """Merge PyTorch's two biases of a cell, (G·H,) each, into `bias` (G·H,) and, for a GRU, `candidate_bias` (H,)."""
    if node.type != "gru":
        return {"bias": input_bias + hidden_bias}
    gates = len(hidden_bias) // 3 * 2  # the columns of the reset and the update gate
    gate_bias = hidden_bias.copy()
    gate_bias[gates:] = 0
    return {"bias": input_bias + gate_bias, "candidate_bias": hidden_bias[gates:]}
