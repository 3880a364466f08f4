"""What a trained language model writes, and what it says of texts."""

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
from dlcli.tasks import LanguageModeling
from dlcli.training import stream

#: tokens that a model of a running text writes, unless told otherwise
DEFAULT_LENGTH = 400


@dataclass(frozen=True)
class ScoredLine:
    """A line of a text and how probable it is, given what comes before it in the text.

    Args:
        line: its number in the file, from 1; None where the file has no lines.
        text: of its tokens.
        tokens: how many were predicted, the end of the line included.
        nats: −log p of the line.
        id: what the user knows the example by, as in predictions; None for lines of a continuous text.
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
    """exp(nats / tokens); infinite beyond all numbers."""
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
    """Texts that a run's language model writes, each with the prompt before it.

    Args:
        run: a run as `dlcli.runs.find` finds it: folder, id, beginning of the id, or name (then the newest).
        prompt: what the texts begin with.
        count: how many texts.
        length: the most tokens after the prompt; None = 400.
        temperature: below 1 more cautious, above 1 more daring; 0 takes the most probable token.
        top_k: only so many of the most probable tokens may come; None = all.
        top_p: only the most probable tokens that together reach this probability may come.
        seed: of the draws; the same one gives the same texts.
        runs_dir: the folder that names are looked for in.
        remark: is told what the user should know, such as characters of the prompt that the model does not know.

    Raises:
        ConfigError: there is no such run, it is no language model, or an option is out of its range.
        StorageError: the run has no weights, or a file is damaged.
    """
    choice = TokenChoice(temperature=temperature, top_k=top_k, top_p=top_p)
    for name, value in (("count", count), ("length", length)):
        if value is not None and value < 1:
            raise ConfigError(f"expected a whole number at least 1, found {value}", code="out_of_range", key=name)
    loaded = language_model(run, runs_dir)
    encoder = text_encoder(loaded)
    prompt = without_surrogates(prompt)
    unknown = int(np.count_nonzero(encoder.indices(prompt) == UNK)) if prompt else 0
    if unknown:
        tokens = formatting.count(unknown, "token")
        remark(f"{tokens} of the prompt not in the training set: read as <UNK>")
    generator = rng.generator(seed, "sample")
    return written_texts(
        loaded.model,
        encoder,
        prompt=prompt,
        count=count,
        length=length or DEFAULT_LENGTH,
        choice=choice,
        generator=generator,
    )


def written_texts(
    model: Graph,
    encoder: TextEncoder,
    *,
    prompt: str,
    count: int,
    length: int,
    choice: TokenChoice,
    generator: np.random.Generator,
) -> list[str]:
    """Texts that begin with the prompt; arguments as those of `continue_texts` and `sample`."""
    beginning = np.concatenate([[BOS], encoder.indices(prompt)]) if prompt else np.array([BOS])
    texts = continue_texts(
        model,
        beginning.astype(np.int32),
        count=count,
        length=length,
        choice=choice,
        generator=generator,
        end=EOS,
        excluded=(PAD, UNK, BOS),
    )
    known = beginning[1:]
    return [encoder.decode(np.concatenate([known, text])) for text in texts]


def score(
    run: str | Path,
    file: str | Path,
    *,
    runs_dir: str | Path = "runs",
    remark: Callable[[str], None] = lambda _: None,
) -> Iterator[ScoredLine]:
    """How probable a run's language model finds each line of a file.

    A model of single lines judges each by itself; a model of running text reads the file in one pass, and its memory
    does not depend on the file's length.

    Args:
        run: a run as `dlcli.runs.find` finds it: folder, id, beginning of the id, or name (then the newest).
        file: in the format of the training data.
        runs_dir: the folder that names are looked for in.
        remark: is told what the user should know about the file.

    Raises:
        ConfigError: there is no such run, or it is no language model.
        DataError: the file is missing, empty, or not like the training data.
        StorageError: the run has no weights, or a file is damaged.
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
    """Each sequence by itself."""
    number = 0
    for batch in split.batches(batch_size):
        with evaluation_mode(model):
            nats = _nats(model, batch).sum(axis=1, dtype=np.float64)
        assert batch.targets is not None
        lengths = batch.lengths if batch.lengths is not None else np.full(len(batch), batch.targets.shape[1])
        for tokens, length, of_line in zip(batch.targets, lengths.tolist(), nats.tolist(), strict=True):
            line = None if split.lines is None else int(split.lines[number])
            yield ScoredLine(line, _line(encoder, tokens[:length]), length, of_line, split.ids[number].item())
            number += 1


def scored_stream(
    model: Graph, split: Split, encoder: TextEncoder, lines: Iterator[str] | None = None
) -> Iterator[ScoredLine]:
    """The lines of a continuous text, read in one pass; lines without a token are passed over.

    Args:
        model: of the language.
        split: the text in windows.
        encoder: of the text.
        lines: the lines of the file, to count the tokens of each; needed where line ends are no tokens.
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
                    of_line = tokens[start:stop]
                    yield ScoredLine(number, _line(encoder, of_line), stop - start, float(nats[start:stop].sum()))
                number += 1 if sizes is not None else int(newlines[tokens[stop - 1]])
                start, size = stop, None if sizes is None else next(sizes, None)
            tokens, nats = tokens[start:], nats[start:]
    if len(tokens):
        yield ScoredLine(number, _line(encoder, tokens), len(tokens), float(nats.sum()))


def _line_stop(tokens: np.ndarray, start: int, newlines: np.ndarray, size: int | None) -> int | None:
    """Where the line that begins at a token ends; None if that is still to be read.

    Args:
        tokens: (T,) that were read so far.
        start: the first token of the line.
        newlines: (V,) line ends in each token of the vocabulary.
        size: tokens of the line; None where tokens show the line ends, or no line is left.
    """
    if size is not None:
        return start + size if start + size <= len(tokens) else None
    ends = np.flatnonzero(newlines[tokens[start:]])
    return start + int(ends[0]) + 1 if len(ends) else None


def _nats(model: Graph, batch: Batch) -> np.ndarray:
    """(N, T) −log p of each token of a batch; 0 where it is padded."""
    assert batch.targets is not None, "the next tokens are the targets"
    return token_nats(model.forward(batch.inputs, batch.lengths).data, batch.targets, batch.lengths)


def _line(encoder: TextEncoder, tokens: np.ndarray) -> str:
    return encoder.decode(tokens[tokens != EOS]).rstrip("\n")


def language_model(run: str | Path, runs_dir: str | Path) -> LoadedModel:
    """The trained model of a run, which must be one of language."""
    loaded = LoadedModel(runs.find(Path(runs_dir), str(run)))
    if not isinstance(loaded.task, LanguageModeling):
        raise ConfigError(
            f"run {loaded.folder.id} is no language model: its task has no next token", code="not_applicable"
        )
    return loaded


def text_encoder(loaded: LoadedModel) -> TextEncoder:
    encoder = loaded.preprocessor.text
    if encoder is None:
        raise DataError("this model was not trained on texts", code="not_applicable")
    return encoder
