"""Several targets for each example, some of which may be missing: one for each head of a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np

from dlcli.core import ConfigError, DataError, formatting, register, under, unknown_name
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.rows import Rows
from dlcli.data.table import Column, Kind
from dlcli.data.targets.target import FitOptions, Targets, infer_targets, targets_class
from dlcli.data.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class HeadRows(Rows):
    """Rows of each head, such as its targets, its predictions or its truth.

    Args:
        heads: Head → its rows (N, …).
    """

    heads: Mapping[str, np.ndarray | Rows]

    @property
    def columns(self) -> dict[str, np.ndarray | Rows]:
        return dict(self.heads)

    def with_columns(self, columns: Mapping[str, np.ndarray | Rows]) -> Self:
        return type(self)(columns)


@dataclass(frozen=True)
class Observed(Rows):
    """Encoded targets of one head; rows without a target are never read.

    Args:
        values: Targets (N, …) as the kind of the head encodes them; 0 where missing.
        mask: Whether each target is known (N,) bool.
    """

    values: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True)
class HeadKind:
    """Kind of the targets of one head.

    Args:
        kind: Kind of the targets; None infers it.
        task_options: Options of the head's task that its targets are fitted with.
    """

    kind: type[Targets] | None = None
    task_options: Mapping[str, Any] = field(default_factory=dict)


@register("targets", "heads")
@dataclass(frozen=True)
class HeadTargets(Targets):
    """A target for each of several heads; each head has a column, in which cells may be empty.

    Args:
        heads: Head, named as its column → its targets.
    """

    plural: ClassVar[str] = "targets of several heads"
    heads: Mapping[str, Targets]

    @classmethod
    def fit(cls, examples: Examples, rows: np.ndarray, options: FitOptions) -> HeadTargets:
        if options.class_names:
            message = "class names belong to one column of classes, and here each head has its own"
            raise ConfigError(message, code="not_applicable", key="class_names")
        columns = _columns(examples)
        heads: Mapping[str, HeadKind] = options.task_options["heads"]
        for head in heads:
            if head not in columns:
                message = f"{head!r}: {unknown_name('target column', head, columns)}"
                raise ConfigError(message, code="unknown_name", key=f"targets.heads.{head}")
        unused = [name for name in columns if name not in heads]
        if unused:
            message = f"the target column {unused[0]!r} has no head; add one, or remove the column from the label"
            raise ConfigError(message, code="missing_key", key="targets.heads")
        return cls({head: _fit_head(head, columns[head], of_head, rows, options) for head, of_head in heads.items()})

    def encode(self, examples: Examples, rows: np.ndarray, split: str) -> HeadRows | None:
        if not examples.target_names:
            return None
        columns = _columns(examples)
        return HeadRows({head: self._encode_head(head, columns[head], rows, split) for head in self.heads})

    def _encode_head(self, head: str, column: Column, rows: np.ndarray, split: str) -> Observed:
        targets, mask = self.heads[head], ~column.missing[rows]
        values = targets.placeholder(len(rows))
        if mask.any():
            known = _head_examples(head, column, rows[mask])
            values[mask] = targets.encode(known, known.all_rows, split)
        return Observed(values, mask)

    def raw_values(self, examples: Examples, rows: np.ndarray) -> HeadRows | None:
        """Return values before scaling and encoded classes, as `Observed` rows of each head."""
        encoded = self.encode(examples, rows, "")
        return (
            None
            if encoded is None
            else HeadRows({head: self._raw(head, examples, rows, encoded) for head in self.heads})
        )

    def _raw(self, head: str, examples: Examples, rows: np.ndarray, encoded: HeadRows) -> Observed:
        observed = encoded.heads[head]
        assert isinstance(observed, Observed)
        known = _head_examples(head, _columns(examples)[head], rows[observed.mask])
        raw = self.heads[head].raw_values(known, known.all_rows)
        if raw is None:
            return observed
        values = np.zeros((len(rows), *raw.shape[1:]), raw.dtype)
        values[observed.mask] = raw
        return Observed(values, observed.mask)

    @classmethod
    def remarks(cls, examples: Examples, rows: np.ndarray) -> Iterator[str]:
        for head, column in _columns(examples).items():
            missing = int(column.missing[rows].sum())
            if missing:
                yield f"{head}: {missing} of {formatting.count(len(rows), 'training example')} have no label of it"

    @property
    def parts(self) -> Mapping[str, Targets]:  # type: ignore[override]
        return self.heads

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.heads)

    def column_kinds(self, columns: Sequence[str]) -> dict[str, Kind]:
        kinds: dict[str, Kind] = {}
        for name in columns:
            kinds |= self.heads[name].column_kinds([name]) if name in self.heads else {}
        return kinds

    def describe(self, encoded: np.ndarray | Rows) -> list[str]:
        assert isinstance(encoded, HeadRows)
        texts = [self._describe_head(head, encoded.columns[head]) for head in self.heads]
        return [", ".join(filter(None, parts)) for parts in zip(*texts, strict=True)]

    def _describe_head(self, head: str, observed: np.ndarray | Rows) -> list[str]:
        assert isinstance(observed, Observed)
        texts = iter(self.heads[head].describe(observed.values[observed.mask]))
        return [f"{head} {next(texts)}" if known else "" for known in observed.mask.tolist()]

    def to_json(self) -> dict[str, Any]:
        heads = {head: targets.to_json() for head, targets in self.heads.items()}
        return {"kind": self.registered_name, "heads": heads}

    @classmethod
    def from_json(cls, document: dict[str, Any], vocabulary: Vocabulary | None = None) -> HeadTargets:
        heads = document["heads"].items()
        return cls({head: targets_class(of["kind"]).from_json(of, vocabulary) for head, of in heads})


def _columns(examples: Examples) -> dict[str, Column]:
    """Return the target columns.

    Raises:
        ConfigError: The data has no named columns.
    """
    columns = {name: examples.fields[name] for name in examples.target_names if name in examples.fields}
    if not columns or len(columns) < len(examples.target_names):
        message = "several heads require a table in which each head has a column of targets"
        raise ConfigError(message, code="not_applicable", key="targets")
    return columns


def _fit_head(head: str, column: Column, of_head: HeadKind, rows: np.ndarray, options: FitOptions) -> Targets:
    known = np.flatnonzero(~column.missing)
    train = rows[~column.missing[rows]]
    if not len(train):
        message = f"{head}: no training example has a label of it"
        raise DataError(message, code="too_few_examples", key=f"targets.heads.{head}")
    kind = of_head.kind or infer_targets(_head_examples(head, column, known))
    examples = _head_examples(head, column, train)
    with under(f"targets.heads.{head}", {"targets": f"targets.heads.{head}.task"}):
        options = replace(options, task_options=of_head.task_options)
        try:
            return kind.fit(examples, examples.all_rows, options)
        except DataError as error:
            if error.key is not None:
                raise
            raise DataError(f"{head}: {error.message}", code=error.code, key="targets") from error


def _head_examples(head: str, column: Column, rows: np.ndarray) -> Examples:
    """Return some examples with one column as their targets, and without inputs."""
    targets = column.take(rows).values()
    return Examples(np.empty((len(rows), 0), np.float32), targets, row_numbers(len(rows)), target_names=(head,))
