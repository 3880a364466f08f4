"""Character language models assembled from Functions: embedding, one recurrent layer, the next character.

A step is what a trainer does with a batch: forward, backward, gradients clipped to a norm, Adam over the arena.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.workload import Step, Workload
from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.nn import Arena, Parameter
from dlcli.optim import Adam, clip_by_norm

VOCABULARY = 65
EMBEDDING = 64
MAX_NORM = 5.0
#: columns of the weights for each unit
COLUMNS = {"rnn": 1, "gru": 3, "lstm": 4}


def characters(batch: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Characters and the ones that follow them, (N, T) each."""
    text = np.random.default_rng(0).integers(0, VOCABULARY, (batch, length + 1))
    return np.ascontiguousarray(text[:, :-1]), np.ascontiguousarray(text[:, 1:])


def parameters(cell: str, size: int) -> dict[str, Parameter]:
    generator = np.random.default_rng(0)

    def draw(*shape: int) -> Parameter:
        return Parameter(generator.uniform(-1, 1, shape).astype(np.float32) / np.float32(np.sqrt(size)))

    columns = COLUMNS[cell] * size
    found = {
        "embedding": draw(VOCABULARY, EMBEDDING),
        "input_weight": draw(EMBEDDING, columns),
        "recurrent_weight": draw(size, columns),
        "bias": draw(columns),
        "output_weight": draw(size, VOCABULARY),
        "output_bias": draw(VOCABULARY),
    }
    return found | ({"candidate_bias": draw(size)} if cell == "gru" else {})


def ours(cell: str, size: int, length: int, batch: int) -> Step:
    p = parameters(cell, size)
    arena = Arena(p)
    optimizer = Adam(learning_rate=1e-3)
    optimizer.setup(arena)
    inputs, targets = characters(batch, length)
    layer: Callable[..., Tensor] = {"rnn": ops.rnn, "gru": ops.gru, "lstm": ops.lstm}[cell]
    weights = [p[name] for name in ("recurrent_weight", "bias", "candidate_bias") if name in p]

    def step() -> float:
        arena.zero_grad()
        states = layer(*ops.embedded_inputs(inputs, p["embedding"], p["input_weight"]), *weights)  # (N, T, H)
        loss = ops.softmax_cross_entropy(ops.linear(states, p["output_weight"], p["output_bias"]), targets)
        loss.backward()
        clip_by_norm(arena, MAX_NORM)
        optimizer.step(arena, optimizer.learning_rate)
        return loss.item()

    return step


def theirs(
    cell: str, size: int, length: int, batch: int, *, batch_first: bool, fused: bool = True, compiled: bool = False
) -> Step:
    import torch
    from torch import nn

    inputs, targets = (torch.tensor(array if batch_first else array.T.copy()) for array in characters(batch, length))
    embedding, output = nn.Embedding(VOCABULARY, EMBEDDING), nn.Linear(size, VOCABULARY)
    layer: Any = getattr(nn, cell.upper())(EMBEDDING, size, batch_first=batch_first)
    every = [*embedding.parameters(), *layer.parameters(), *output.parameters()]
    optimizer = torch.optim.Adam(every, lr=1e-3, fused=fused)

    def loss_of_batch() -> Any:
        logits = output(layer(embedding(inputs))[0])
        return nn.functional.cross_entropy(logits.view(-1, VOCABULARY), targets.view(-1))

    if compiled:
        loss_of_batch = torch.compile(loss_of_batch)

    def step() -> float:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of_batch()
        loss.backward()
        nn.utils.clip_grad_norm_(every, MAX_NORM)
        optimizer.step()
        return loss.item()

    return step


def language_model(cell: str, size: int, length: int, batch: int, bar: float, aim: float) -> Workload:
    shape = (cell, size, length, batch)
    return Workload(
        f"{cell}{size}",
        f"character language model, {cell.upper()}-{size}, T {length}, batch {batch}, Adam",
        bar,
        aim,
        partial(ours, *shape),
        {
            "eager": partial(theirs, *shape, batch_first=True),
            "eager, time first": partial(theirs, *shape, batch_first=False),
        },
        {"compiled": partial(theirs, *shape, batch_first=True, compiled=True)},
    )


WORKLOADS = (
    language_model("lstm", 256, 64, 32, bar=0.8, aim=0.65),
    language_model("gru", 256, 64, 32, bar=0.6, aim=0.4),
    language_model("rnn", 256, 64, 32, bar=0.9, aim=0.7),
    language_model("lstm", 64, 32, 16, bar=0.6, aim=0.4),
)
