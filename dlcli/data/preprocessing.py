"""The preprocessor that turns raw examples into arrays for a model, fit on the training set."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from dlcli.core import ConfigError, DataError, under
from dlcli.data.data_paths import DataPaths
from dlcli.data.encoding import TableEncoder
from dlcli.data.examples import Examples, Inputs, row_chunks
from dlcli.data.labels import ClassNames
from dlcli.data.normalization import NoNormalization, Normalization, Scaling
from dlcli.data.table import NumericColumn, Table
from dlcli.data.targets import FitOptions, Targets, targets_from_json
from dlcli.data.text.encoder import TextEncoder
from dlcli.data.text.options import TextOptions
from dlcli.data.text.stream import TextInputs, TextStream
from dlcli.data.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class Preprocessor:
    """The same preprocessing for training, dev, test and new data; it is stored with the model.

    Args:
        input_shape: Shape of one input of the model; for texts, that of the longest training text.
        encoder: Encoder of tables; None = the inputs are not a table.
        scaling: Scaling of the inputs.
        targets: Classes, values with their scaling, or targets of every step of a text.
        feature_names: Names of the inputs in the data; empty if they have none.
        text: Encoder of texts; None = the inputs are not texts.
    """

    input_shape: tuple[int, ...]
    encoder: TableEncoder | None
    scaling: Scaling
    targets: Targets
    feature_names: tuple[str, ...]
    text: TextEncoder | None = None

    @classmethod
    def fit(
        cls,
        examples: Examples,
        rows: np.ndarray,
        *,
        normalization: Normalization,
        target_normalization: Normalization,
        targets: type[Targets],
        task_options: Mapping[str, Any] = MappingProxyType({}),
        class_names: ClassNames | None = None,
        text: TextOptions | None = None,
        data_paths: DataPaths | None = None,
    ) -> Preprocessor:
        """Fit the preprocessor on the training set.

        Args:
            examples: Examples that include the training set.
            rows: (n,) row numbers of the training set.
            normalization: Normalization of the inputs.
            target_normalization: Normalization of numeric targets.
            targets: Kind of the targets.
            task_options: Options of the task that its targets are fitted with; empty for most tasks.
            class_names: Names of the labels 0 … K−1 or of the sorted labels, or label → name.
            text: Options of text preparation; None = the defaults of `TextOptions`.
            data_paths: Folders to look for a tokenizer's files in.

        Raises:
            ConfigError: The options do not apply to the data.
            DataError: The training set is not usable, such as with only one class.
        """
        inputs = examples.inputs
        target_options = FitOptions(target_normalization, class_names, task_options=task_options)
        if isinstance(inputs, TextInputs):
            options = text or TextOptions()
            if targets.predicts_inputs:  # the vocabulary is also the set of classes
                options = replace(options, known_words=())
            with under("text"):
                text_encoder = TextEncoder.fit(inputs.take(rows), options, data_paths or DataPaths())
            fitted = targets.fit(examples, rows, replace(target_options, vocabulary=text_encoder.vocabulary))
            begins = int(targets.predicts_inputs and not isinstance(inputs, TextStream))  # <BOS> is one step more
            shape = (text_encoder.longest + begins,)
            return cls(shape, None, NoNormalization().fit(()), fitted, examples.feature_names, text_encoder)
        if text is not None:
            raise ConfigError("the inputs of this data are not texts", code="not_applicable", key="text")
        fitted = targets.fit(examples, rows, target_options)
        if not isinstance(inputs, Table):
            with under("normalization"):
                scaling = normalization.fit(
                    chunk for _, chunk in row_chunks(inputs, rows) if isinstance(chunk, np.ndarray)
                )
            return cls(inputs.shape[1:], None, scaling, fitted, examples.feature_names)
        encoder = TableEncoder.fit(inputs.take(rows))
        with under("normalization"):
            scaling = _fit_table_scaling(encoder, inputs, rows, normalization)
        return cls((len(encoder.names),), encoder, scaling, fitted, examples.feature_names)

    @property
    def continuous(self) -> bool:
        """Whether the training data is continuous text."""
        return self.text is not None and self.text.continuous

    @property
    def vocabulary(self) -> Vocabulary | None:
        """Vocabulary of the inputs; None if they are not texts."""
        return None if self.text is None else self.text.vocabulary

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the model's inputs, one-hot columns included; empty if they have none."""
        return self.feature_names if self.encoder is None else self.encoder.names

    def inputs(self, raw: Inputs, rows: np.ndarray | None = None) -> np.ndarray:
        """Return normalized inputs, (n, …) float32.

        Args:
            raw: Table with the columns of the training data, or array of (N, …) examples.
            rows: (n,) row numbers of the examples to use; None = all.

        Raises:
            DataError: The columns or the shape differ from those of the training data, or a value is too large.
        """
        if isinstance(raw, np.ndarray):
            raw = self.shaped(raw)
        count = len(raw) if rows is None else len(rows)
        out = np.empty((count, *self.input_shape), dtype=np.float32)
        for place, chunk in row_chunks(raw, rows, encoded_width=math.prod(self.input_shape)):
            scaled = self.scaling.apply(self._matrix(chunk))
            try:
                with np.errstate(over="raise"):
                    out[place] = scaled
            except FloatingPointError as error:
                largest = f"{np.abs(scaled).max():.3g}"
                raise DataError(
                    f"a normalized input is {largest}, too large for float32; look for outliers", code="non_finite"
                ) from error
        return out

    def shaped(self, raw: np.ndarray) -> np.ndarray:
        """Reshape an array to the axes of the training data: unflatten examples, add or remove axes of length 1.

        Raises:
            DataError: The array has another shape.
        """
        if raw.dtype.kind not in "biuf":
            raise DataError(f"expected numeric inputs, got {raw.dtype}", code="wrong_type")
        expected = self.input_shape if self.encoder is None else (len(self.feature_names),)
        shape = raw.shape[1:]
        is_same = [axis for axis in shape if axis != 1] == [axis for axis in expected if axis != 1]
        is_flat = shape == (math.prod(expected),)
        if raw.ndim == 0 or not (is_same or is_flat):
            axes = ", ".join(map(str, ("N", *expected)))
            raise DataError(f"expected inputs of shape ({axes}), got {raw.shape}", code="wrong_shape")
        return raw.reshape(len(raw), *expected)

    def _matrix(self, chunk: Inputs) -> np.ndarray:
        if isinstance(chunk, Table):
            if self.encoder is None:
                raise DataError("this model was trained on arrays; it cannot read a table", code="not_applicable")
            return self.encoder.encode(chunk)
        if self.encoder is not None:
            return self.encoder.encode(self._as_table(chunk))
        return chunk

    def _as_table(self, numbers: np.ndarray) -> Table:
        return Table(
            {name: NumericColumn(numbers[:, k].astype(np.float64)) for k, name in enumerate(self.feature_names)}
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which `from_json` restores the preprocessor exactly."""
        return {
            "input_shape": list(self.input_shape),
            "feature_names": list(self.feature_names),
            "encoder": None if self.encoder is None else self.encoder.to_json(),
            "scaling": self.scaling.to_json(),
            "targets": self.targets.to_json(),
            "text": None if self.text is None else self.text.to_json(),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Preprocessor:
        encoder, text = document["encoder"], document.get("text")
        text_encoder = None if text is None else TextEncoder.from_json(text)
        return cls(
            tuple(document["input_shape"]),
            None if encoder is None else TableEncoder.from_json(encoder),
            Scaling.from_json(document["scaling"]),
            targets_from_json(document["targets"], None if text_encoder is None else text_encoder.vocabulary),
            tuple(document["feature_names"]),
            text_encoder,
        )


def _fit_table_scaling(encoder: TableEncoder, table: Table, rows: np.ndarray, normalization: Normalization) -> Scaling:
    """Fit the scaling of an encoded table: numbers are normalized, one-hot columns are not."""
    scaled = encoder.scaled
    shift, scale = np.zeros(len(scaled)), np.ones(len(scaled))
    if scaled.any():
        numeric = TableEncoder(tuple(feature for feature in encoder.features if feature.kind == "numeric"))

        def numbers() -> Iterator[np.ndarray]:
            for _, chunk in row_chunks(table, rows):
                assert isinstance(chunk, Table)
                yield numeric.encode(chunk)[:, numeric.scaled]

        fitted = normalization.fit(numbers())
        shift[scaled], scale[scaled] = fitted.shift, fitted.scale
    return Scaling(shift, scale)
