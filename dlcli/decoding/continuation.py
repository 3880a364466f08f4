"""Text generation with a language model, token by token."""

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
    excluded: tuple[int, ...] = (),
) -> list[np.ndarray]:
    """Draw independent continuations of a prompt.

    The model reads the prompt once and then one token per step, since its layers keep their state: the time is linear
    in the length.

    Args:
        model: Language model, from tokens (N, T) to logits of the next tokens (N, T, V); its mode and state are
            restored afterwards.
        prompt: Tokens to begin with, (T,), at least one.
        count: Number of texts.
        length: Maximum number of tokens of each continuation.
        choice: Choice of the next token.
        generator: Random generator that draws the tokens.
        end: Token that ends a text and is not part of it; None means that only `length` ends texts.
        excluded: Tokens that are never drawn.

    Returns:
        Tokens of each text after the prompt.
    """
    tokens = np.tile(prompt, (count, 1))  # (N, T)
    generated = np.zeros((count, 0), dtype=np.int64)
    finished = np.zeros(count, dtype=bool)
    with evaluation_mode(model, stateful=True):
        while generated.shape[1] < length and not finished.all():
            # First the whole prompt, then one token at a time: the layers keep their hidden states, so nothing is read
            # twice.
            logits = model.forward(tokens).data[:, -1]  # (N, T, V) -> (N, V)
            logits[:, list(excluded)] = -np.inf
            # Finished texts continue to be drawn and are cut at the end: the random numbers of a text do not depend on
            # which others have finished.
            drawn = choice.draw(logits, generator)
            generated = np.concatenate([generated, drawn[:, None]], axis=1)
            finished |= drawn == end
            tokens = drawn[:, None].astype(prompt.dtype)
    return [text if end is None else text[: _first(text == end)] for text in generated]


def _first(condition: np.ndarray) -> int:
    """Return the first index where the condition holds; the length if it never does."""
    return int(condition.argmax()) if condition.any() else len(condition)
