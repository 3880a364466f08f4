"""Contracts of data sets and file formats: reading is repeatable, and a model can be trained on what is read."""

from __future__ import annotations

import json

import numpy as np

from dlcli.data import (
    ClassLabels,
    Data,
    DataPaths,
    EncodedTargets,
    Preprocessor,
    RawData,
    Rows,
    ShuffledBatches,
    Split,
    Table,
    Values,
    hashes,
    load_data,
)
from dlcli.settings import SplitOptions
from dlcli.testing.check import Subject


def reading_is_repeatable(subject: Subject) -> None:
    """Two readings have the same fingerprint, SHA-256 for each file, and give the same batches."""
    raw, again = (_read(subject) for _ in range(2))
    assert raw.fingerprint == again.fingerprint
    assert raw.fingerprint, f"{subject} has no fingerprint"
    assert all(len(digest) == 64 for digest in raw.fingerprint.values())
    assert raw.description
    first, second = (_load(subject).splits["train"].gather(np.arange(2)) for _ in range(2))
    np.testing.assert_array_equal(first.inputs, second.inputs)
    assert first.targets is not None and second.targets is not None
    assert hashes(first.targets).tolist() == hashes(second.targets).tolist()


def every_example_has_an_id(subject: Subject) -> None:
    """Ids are unique, and there are as many as targets; the tokens of a text are their own targets."""
    examples = _read(subject).examples
    assert len(examples.ids) == len(set(examples.ids.tolist()))
    assert examples.targets is None or len(examples.targets) == len(examples.ids)


def examples_are_complete(subject: Subject) -> None:
    """Inputs that are arrays are finite, described, and have a target each."""
    raw, again = (_read(subject) for _ in range(2))
    examples = raw.examples
    if not isinstance(examples.inputs, np.ndarray):
        return
    np.testing.assert_array_equal(examples.inputs, again.examples.inputs)
    if examples.targets is None:  # they are read from columns
        assert examples.target_names
        assert {*examples.target_names} <= {*examples.fields}
        return
    assert again.examples.targets is not None
    np.testing.assert_array_equal(examples.targets, again.examples.targets)
    assert len(examples.inputs) == len(examples.targets) == len(examples.ids)
    assert np.isfinite(examples.inputs).all()
    assert raw.targets in (ClassLabels, Values)
    assert (raw.class_names is not None) == (raw.targets is ClassLabels)
    if examples.feature_names:
        assert len(examples.feature_names) == examples.inputs.shape[1]
    if raw.class_names is not None:
        assert sorted(set(examples.targets.tolist())) == list(range(len(raw.class_names)))


def loading_gives_what_a_model_needs(subject: Subject) -> None:
    """Each split has scaled float32 inputs and encoded targets, or tokens of the vocabulary."""
    data = _load(subject)
    assert list(data.splits) == ["train", "dev", "test"]
    if data.preprocessor.vocabulary is not None:
        _check_tokens(data, len(data.preprocessor.vocabulary))
        return
    assert sum(map(len, data.splits.values())) == sum(map(len, data.indices.values()))
    encoding = data.preprocessor.targets
    for split in data.splits.values():
        inputs, targets = _arrays(split)
        assert inputs.dtype == np.float32
        assert inputs.shape == (len(split), *data.input_shape)
        assert inputs.flags.c_contiguous
        assert len(targets) == len(split)
        if isinstance(targets, Rows):
            continue
        shape = (len(split), encoding.count) if isinstance(encoding, Values) else (len(split),)
        assert targets.shape == shape
        assert targets.dtype == (np.float32 if isinstance(encoding, Values) else np.int64)
    train = data.splits["train"]
    _check_scale(_arrays(train)[0])
    batches = ShuffledBatches(len(train), batch_size=16, seed=0)
    batch = train.gather(batches.indices(0, len(batches) - 1))
    assert batch.targets is not None
    assert 1 <= len(batch) == len(batch.targets) <= 16


def preprocessing_survives_json(subject: Subject) -> None:
    """A preprocessor that was stored and loaded prepares the same examples bit for bit."""
    data = _load(subject)
    stored = json.loads(json.dumps(data.preprocessor.to_json()))
    again = Preprocessor.from_json(stored)
    assert again.to_json() == data.preprocessor.to_json()
    if data.preprocessor.vocabulary is not None:
        return
    examples = _read(subject).examples
    assert isinstance(examples.inputs, np.ndarray | Table)
    rows, (inputs, targets) = data.indices["test"], _arrays(data.splits["test"])
    assert np.asarray(again.inputs(examples.inputs, rows)).tobytes() == inputs.tobytes()
    encoded = again.targets.encode(examples, rows, "test")
    if encoded is not None:
        assert hashes(encoded).tolist() == hashes(targets).tolist()


#: of both; a file format is checked on the file that its options name
CONTRACTS = (
    reading_is_repeatable,
    every_example_has_an_id,
    loading_gives_what_a_model_needs,
    preprocessing_survives_json,
)
DATASET_CONTRACTS = (*CONTRACTS, examples_are_complete)


def _read(subject: Subject) -> RawData:
    raw = subject.create().read(DataPaths())
    assert isinstance(raw, RawData), f"{subject}: read returns RawData"
    return raw


def _load(subject: Subject) -> Data:
    return load_data(subject.create(), DataPaths(), split=SplitOptions(), seed=0)


def _arrays(split: Split) -> tuple[np.ndarray, EncodedTargets]:
    """Inputs (N, …) and encoded targets of a split that is not made of tokens."""
    inputs = split.inputs if isinstance(split.inputs, np.ndarray) else split.gather(np.arange(len(split))).inputs
    assert split.targets is not None
    return inputs, split.targets


def _check_scale(inputs: np.ndarray) -> None:
    """Mean 0 and deviation 1 for each channel of images and each feature; indicators of categories stay 0 and 1."""
    alike = (0, 1, 2) if inputs.ndim == 4 else 0  # the pixels of a channel share a mean
    is_indicator = np.isin(inputs, (0, 1)).all(axis=alike)
    mean = inputs.mean(axis=alike, dtype=np.float64)
    np.testing.assert_allclose(mean[~is_indicator], 0, atol=1e-4)
    deviation = inputs.std(axis=alike, dtype=np.float64)
    np.testing.assert_allclose(deviation[(deviation > 0) & ~is_indicator], 1, rtol=1e-3)


def _check_tokens(data: Data, size: int) -> None:
    for split in data.splits.values():
        batch = split.gather(np.arange(2))
        assert batch.inputs.dtype.kind == "i"
        assert batch.inputs.max() < size
        assert batch.targets is not None and len(batch.targets) == 2
