"""Texts written by a language model, token by token."""

from __future__ import annotations

import numpy as np

from dlcli.decoding.choice import TokenChoice
from dlcli.nn import Graph, evaluation_mode


def continue_texts(
    model: Graph,
    prompt: np.ndarray,
    *,
    count: int,
    length: int,
    choice: TokenChoice,
    generator: np.random.Generator,
    end: int | None = None,
    never: tuple[int, ...] = (),
) -> list[np.ndarray]:
    """Continuations of a beginning, each drawn independently.

    The model reads the beginning once and then one token a step, since its layers carry their state: the time is linear
    in the length.

    Args:
        model: of the next token: (N, T) tokens to logits (N, T, V); left in the mode and state it was in.
        prompt: (T,) the tokens to begin with, at least one.
        count: how many texts.
        length: the most tokens that each is continued with.
        choice: how tokens are chosen.
        generator: draws them.
        end: the token that ends a text, and is not part of it; None = texts end by their length only.
        never: tokens that never come.

    Returns:
        the tokens after the prompt, of each text.
    """
    tokens = np.tile(prompt, (count, 1))  # (N, T)
    written = np.zeros((count, 0), dtype=np.int64)
    finished = np.zeros(count, dtype=bool)
    with evaluation_mode(model, stateful=True):
        while written.shape[1] < length and not finished.all():
            # First the whole prompt, then one token at a time: the layers keep their hidden states, so nothing is read
            # twice.
            logits = model.forward(tokens).data[:, -1]  # (N, T, V) -> (N, V)
            logits[:, list(never)] = -np.inf
            # Finished texts are drawn on, and cut off at the end: every text gets the same random numbers, whichever
            # others have finished.
            drawn = choice.draw(logits, generator)
            written = np.concatenate([written, drawn[:, None]], axis=1)
            finished |= drawn == end
            tokens = drawn[:, None].astype(prompt.dtype)
    return [text if end is None else text[: _first(text == end)] for text in written]


def _first(found: np.ndarray) -> int:
    """Where it is first so; the length where it never is."""
    return int(found.argmax()) if found.any() else len(found)
