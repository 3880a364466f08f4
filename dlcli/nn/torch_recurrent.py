"""The arrays of PyTorch's recurrent modules, by the names and in the form of the recurrent layers here.

`weight_ih_l1_reverse` is the input weight of the second layer that reads backwards. The gates come in the same order
on both sides: input, forget, candidate, output in an LSTM, reset, update, candidate in a GRU. PyTorch adds two biases
where one is enough. Only the candidate of a GRU needs the second one, which its reset gate multiplies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from dlcli.nn.node import Node

RECURRENT = ("rnn", "lstm", "gru")

_ARRAY = re.compile(r"(weight|bias)_(ih|hh)(?:_l(\d+)(_reverse)?)?")  # cells (`LSTMCell`) have no number
_OWN: Mapping[str, str] = {"weight_ih": "input_weight", "weight_hh": "recurrent_weight", "bias_ih": "bias"}


def recurrent_name(array: str, node: Node) -> str | None:
    """The layer's name for one of PyTorch's arrays, else None; `bias_hh…` has none of its own: see `join_biases`."""
    place = _place(array, node)
    return None if place is None or place[0] not in _OWN else f"{place[1]}.{_OWN[place[0]]}"


def hidden_bias_of(array: str, node: Node) -> str | None:
    """The layer's bias that `bias_hh…` is added to; None for other arrays."""
    place = _place(array, node)
    return f"{place[1]}.bias" if place is not None and place[0] == "bias_hh" else None


def _place(array: str, node: Node) -> tuple[str, str] | None:
    """PyTorch's name without the number of the layer, and the cell that it belongs to."""
    found = _ARRAY.fullmatch(array)
    if found is None or not node.options.get("reset_after", True):  # the other form of the GRU is a different function
        return None
    kind, part, layer, reverse = found.groups()
    return f"{kind}_{part}", f"layer_{int(layer or 0) + 1}{reverse or ''}"


def join_biases(of_input: np.ndarray, of_state: np.ndarray, node: Node) -> dict[str, np.ndarray]:
    """The biases of a cell, from PyTorch's two: (G·H,) each -> `bias` (G·H,), and `candidate_bias` (H,) of a GRU."""
    if node.type != "gru":
        return {"bias": of_input + of_state}
    gates = len(of_state) // 3 * 2  # the columns of the reset and the update gate
    added = of_state.copy()
    added[gates:] = 0
    return {"bias": of_input + added, "candidate_bias": of_state[gates:]}
