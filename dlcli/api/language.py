"""Sampling from trained language models, and scoring texts with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli import runs
from dlcli.api.loaded_model import LoadedModel
from dlcli.assembly import build_reader
from dlcli.core import ConfigError, DataError, formatting, rng
from dlcli.data import (
    BOS,
    EOS,
    PAD,
    UNK,
    Batch,
    SequenceSource,
    Split,
    StreamBatches,
    TextEncoder,
    TextStream,
    new_texts,
    without_surrogates,
)
from dlcli.decoding import TokenChoice, continue_texts, token_nats
from dlcli.nn import Graph, evaluation_mode
from dlcli.training import stream

#: Default number of tokens in a sample.
DEFAULT_LENGTH = 400


@dataclass(frozen=True)
class ScoredLine:
    """A line of a text with its negative log-likelihood.

    Args:
        line: Number of the line in the file, starting at 1; None if the file has no lines.
        text: Text of the tokens.
        tokens: Number of predicted tokens, including the end of the line.
        nats: −log p of the line; in continuous text, given the preceding lines.
        id: Id of the example, as in the predictions; None for a line of continuous text.
    """

    line: int | None
    text: str
    tokens: int
    nats: float
    id: int | str | None = None

    @property
    def perplexity(self) -> float:
        """exp(nats / tokens)."""
        return perplexity(self.nats, self.tokens)


def perplexity(nats: float, tokens: int) -> float:
    """Compute exp(nats / tokens); infinity if it is too large for a float."""
    mean = nats / tokens
    return math.exp(mean) if mean < 700 else math.inf


def sample(
    run: str | Path,
    *,
    prompt: str = "",
    count: int = 1,
    length: int | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
    seed: int = 0,
    runs_dir: str | Path = "runs",
    remark: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Sample texts from a run's language model; each begins with the prompt.

    Args:
        run: Run, as a folder, an id, a prefix of an id, or a name (the newest run of that name).
        prompt: Beginning of the texts.
        count: Number of texts.
        length: Maximum number of tokens after the prompt; None for `DEFAULT_LENGTH`.
        temperature: Divisor of the logits: below 1 sharpens the distribution, above 1 flattens it; 0 always takes the
            most probable token (greedy decoding).
        top_k: Number of most probable tokens to sample from (top-k sampling); None for all.
        top_p: Total probability of the most probable tokens to sample from (nucleus sampling).
        seed: Seed of the sampling; the same seed gives the same texts.
        runs_dir: Folder in which runs are looked up.
        remark: Callback for remarks, such as unknown characters in the prompt.

    Raises:
        ConfigError: The run does not exist or is not a language model, or an option is out of range.
        StorageError: The run has no weights, or a file is damaged.
    """
    choice = TokenChoice(temperature=temperature, top_k=top_k, top_p=top_p)
    for name, value in (("count", count), ("length", length)):
        if value is not None and value < 1:
            raise ConfigError(f"expected an integer of at least 1, got {value}", code="out_of_range", key=name)
    loaded = language_model(run, runs_dir)
    encoder = text_encoder(loaded)
    prompt = without_surrogates(prompt)
    unknown = int(np.count_nonzero(encoder.indices(prompt) == UNK)) if prompt else 0
    if unknown:
        remark(f"the prompt has {formatting.count(unknown, 'unknown token')}, read as <UNK>")
    generator = rng.generator(seed, "sample")
    return sample_texts(
        loaded.model,
        encoder,
        prompt=prompt,
        count=count,
        length=length or DEFAULT_LENGTH,
        choice=choice,
        generator=generator,
    )


def sample_texts(
    model: Graph,
    encoder: TextEncoder,
    *,
    prompt: str,
    count: int,
    length: int,
    choice: TokenChoice,
    generator: np.random.Generator,
) -> list[str]:
    """Sample texts that begin with the prompt; the arguments are those of `continue_texts` and `sample`."""
    prompt_tokens = np.concatenate([[BOS], encoder.indices(prompt)]) if prompt else np.array([BOS])
    texts = continue_texts(
        model,
        prompt_tokens.astype(np.int32),
        count=count,
        length=length,
        choice=choice,
        generator=generator,
        end=EOS,
        excluded=(PAD, UNK, BOS),
    )
    without_bos = prompt_tokens[1:]
    return [encoder.decode(np.concatenate([without_bos, text])) for text in texts]


def score(
    run: str | Path,
    file: str | Path,
    *,
    runs_dir: str | Path = "runs",
    remark: Callable[[str], None] = lambda _: None,
) -> Iterator[ScoredLine]:
    """Score each line of a file with a run's language model.

    A model trained on separate lines scores each line independently. A model trained on continuous text reads the file
    in one pass, with memory that does not depend on the length of the file.

    Args:
        run: Run, as a folder, an id, a prefix of an id, or a name (the newest run of that name).
        file: File in the format of the training data.
        runs_dir: Folder in which runs are looked up.
        remark: Callback for remarks on the file.

    Raises:
        ConfigError: The run does not exist or is not a language model.
        DataError: The file is missing, empty, or differs in format from the training data.
        StorageError: The run has no weights, or a file is damaged.
    """
    loaded = language_model(run, runs_dir)
    split = loaded.read(file, require_targets=False)
    for note in split.notes:
        remark(note)
    assert isinstance(split.inputs, SequenceSource)
    encoder = text_encoder(loaded)
    if split.inputs.continuous:
        examples, _ = new_texts(Path(file), build_reader(loaded.spec), loaded.preprocessor, require_targets=False)
        assert isinstance(examples.inputs, TextStream)
        yield from scored_stream(loaded.model, split, encoder, examples.inputs.lines())
    else:
        yield from scored_sequences(loaded.model, split, encoder, loaded.batch_size)


def scored_sequences(model: Graph, split: Split, encoder: TextEncoder, batch_size: int) -> Iterator[ScoredLine]:
    """Score each sequence independently of the others."""
    number = 0
    for batch in split.batches(batch_size):
        with evaluation_mode(model):
            nats = _nats(model, batch).sum(axis=1, dtype=np.float64)
        assert batch.targets is not None
        lengths = batch.lengths if batch.lengths is not None else np.full(len(batch), batch.targets.shape[1])
        for tokens, length, line_nats in zip(batch.targets, lengths.tolist(), nats.tolist(), strict=True):
            line = None if split.lines is None else int(split.lines[number])
            yield ScoredLine(line, _line(encoder, tokens[:length]), length, line_nats, split.ids[number].item())
            number += 1


def scored_stream(
    model: Graph, split: Split, encoder: TextEncoder, lines: Iterator[str] | None = None
) -> Iterator[ScoredLine]:
    """Score the lines of a continuous text in one pass; lines without tokens are skipped.

    Args:
        model: Language model.
        split: Text, divided into windows.
        encoder: Encoder of the text.
        lines: Lines of the file, used to count the tokens of each; needed if line ends are not tokens.
    """
    newlines = np.array([encoder.decode([token]).count("\n") for token in range(len(encoder.vocabulary))])
    sizes = None if newlines.any() or lines is None else (len(encoder.indices(line)) for line in lines)
    number, size, tokens, nats = 1, None if sizes is None else next(sizes), np.empty(0, dtype=np.int64), np.empty(0)
    with evaluation_mode(model, stateful=True):
        for batch in stream(model, split, StreamBatches(len(split), batch_size=1)):
            assert batch.targets is not None
            read = batch.targets.shape[1] if batch.lengths is None else int(batch.lengths[0])
            tokens = np.concatenate([tokens, batch.targets[0, :read]])
            nats = np.concatenate([nats, _nats(model, batch)[0, :read]])
            start = 0
            while (stop := _line_stop(tokens, start, newlines, size)) is not None:
                if stop > start:
                    line_tokens = tokens[start:stop]
                    yield ScoredLine(number, _line(encoder, line_tokens), stop - start, float(nats[start:stop].sum()))
                number += 1 if sizes is not None else int(newlines[tokens[stop - 1]])
                start, size = stop, None if sizes is None else next(sizes, None)
            tokens, nats = tokens[start:], nats[start:]
    if len(tokens):
        yield ScoredLine(number, _line(encoder, tokens), len(tokens), float(nats.sum()))


def _line_stop(tokens: np.ndarray, start: int, newlines: np.ndarray, size: int | None) -> int | None:
    """Return the position after the last token of a line; None if the end of the line has not been read yet.

    Args:
        tokens: Tokens (T,) read so far.
        start: Position of the line's first token.
        newlines: Number of line ends in each token of the vocabulary, (V,).
        size: Number of tokens of the line; None if the line ends are tokens, or if no line is left.
    """
    if size is not None:
        return start + size if start + size <= len(tokens) else None
    ends = np.flatnonzero(newlines[tokens[start:]])
    return start + int(ends[0]) + 1 if len(ends) else None


def _nats(model: Graph, batch: Batch) -> np.ndarray:
    """Compute −log p (N, T) of each token of a batch; 0 for padding."""
    assert batch.targets is not None, "the next tokens are the targets"
    return token_nats(model.forward(batch.inputs, batch.lengths).data, batch.targets, batch.lengths)


def _line(encoder: TextEncoder, tokens: np.ndarray) -> str:
    return encoder.decode(tokens[tokens != EOS]).rstrip("\n")


def language_model(run: str | Path, runs_dir: str | Path) -> LoadedModel:
    """Load the trained language model of a run.

    Raises:
        ConfigError: The run does not exist or is not a language model.
    """
    loaded = LoadedModel(runs.find(Path(runs_dir), str(run)))
    if not loaded.preprocessor.targets.predicts_inputs:
        raise ConfigError(
            f"expected a language model, but run {loaded.folder.id} has another task", code="not_applicable"
        )
    return loaded


def text_encoder(loaded: LoadedModel) -> TextEncoder:
    """Return the text encoder of a model.

    Raises:
        DataError: The model was not trained on text.
    """
    encoder = loaded.preprocessor.text
    if encoder is None:
        raise DataError("this model was not trained on text", code="not_applicable")
    return encoder
