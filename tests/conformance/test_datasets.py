"""What every registered data set keeps to."""

from __future__ import annotations

import json

import numpy as np
import pytest

import dlcli.data  # noqa: F401 - registers the data sets
from dlcli.core import registry
from dlcli.data import DataPaths, Preprocessor, ShuffledBatches, load_data
from dlcli.settings import SplitOptions

NAMES = registry.names("dataset")
#: those whose examples are made of tokens
TEXTS = ["copying", "docstrings"]
ARRAYS = [name for name in NAMES if name not in TEXTS]


def test_there_are_data_sets():
    assert set(NAMES) >= {
        "digits", "breast_cancer", "iris", "wine", "diabetes", "moons", "circles", "spirals", "planar_flower",
    }  # fmt: skip


@pytest.mark.parametrize("name", ARRAYS)
def test_reading_is_repeatable_and_complete(name: str):
    raw, again = (registry.lookup("dataset", name)().read(DataPaths()) for _ in range(2))
    examples = raw.examples
    assert np.array_equal(examples.inputs, again.examples.inputs)
    assert np.array_equal(examples.targets, again.examples.targets)
    assert raw.fingerprint == again.fingerprint
    assert all(len(digest) == 64 for digest in raw.fingerprint.values())
    assert len(examples.inputs) == len(examples.targets) == len(examples.ids) == len(set(examples.ids.tolist()))
    assert np.isfinite(examples.inputs).all()
    assert raw.description
    assert raw.target_kind in ("classes", "values")
    assert (raw.class_names is not None) == (raw.target_kind == "classes")
    if examples.feature_names:
        assert len(examples.feature_names) == examples.inputs.shape[1]
    if raw.class_names is not None:
        assert sorted(set(examples.targets.tolist())) == list(range(len(raw.class_names)))


@pytest.mark.parametrize("name", ARRAYS)
def test_loading_gives_what_a_model_needs(name: str):
    data = load_data(registry.lookup("dataset", name)(), DataPaths(), split=SplitOptions(), seed=0)
    assert list(data.splits) == ["train", "dev", "test"]
    assert sum(map(len, data.splits.values())) == sum(map(len, data.indices.values()))
    for split in data.splits.values():
        assert split.inputs.dtype == np.float32
        assert split.inputs.shape == (len(split), *data.input_shape)
        assert split.inputs.flags.c_contiguous
        expected = (
            ((len(split),), np.int64)
            if data.class_names
            else ((len(split), data.preprocessor.targets.count), np.float32)
        )
        assert (split.targets.shape, split.targets.dtype) == expected
    train = data.splits["train"]
    alike = (0, 1, 2) if train.inputs.ndim == 4 else 0  # the pixels of a channel share a mean
    np.testing.assert_allclose(train.inputs.mean(axis=alike, dtype=np.float64), 0, atol=1e-4)
    deviation = train.inputs.std(axis=alike, dtype=np.float64)
    np.testing.assert_allclose(deviation[deviation > 0], 1, rtol=1e-3)
    batches = ShuffledBatches(len(train), batch_size=16, seed=0)
    batch = train.gather(batches.indices(0, len(batches) - 1))
    assert 1 <= len(batch) == len(batch.targets) <= 16


@pytest.mark.parametrize("name", ARRAYS)
def test_preprocessing_survives_json(name: str):
    data = load_data(registry.lookup("dataset", name)(), DataPaths(), split=SplitOptions(), seed=0)
    again = Preprocessor.from_json(json.loads(json.dumps(data.preprocessor.to_json())))
    examples = registry.lookup("dataset", name)().read(DataPaths()).examples
    rows = data.indices["test"]
    assert again.inputs(examples.inputs, rows).tobytes() == data.splits["test"].inputs.tobytes()
    assert again.targets.encode(examples.targets[rows], "test").tobytes() == data.splits["test"].targets.tobytes()


@pytest.mark.parametrize("name", TEXTS)
def test_texts_become_tokens(name: str):
    raw, again = (registry.lookup("dataset", name)().read(DataPaths()) for _ in range(2))
    assert raw.fingerprint == again.fingerprint
    assert all(len(digest) == 64 for digest in raw.fingerprint.values())
    assert raw.description
    data = load_data(registry.lookup("dataset", name)(), DataPaths(), split=SplitOptions(), seed=0)
    assert list(data.splits) == ["train", "dev", "test"]
    restored = Preprocessor.from_json(json.loads(json.dumps(data.preprocessor.to_json())))
    assert restored.to_json() == data.preprocessor.to_json()
    assert restored.vocabulary is not None
    for split in data.splits.values():
        batch = split.gather(np.arange(2))
        assert batch.inputs.dtype.kind == "i"
        assert batch.inputs.max() < len(restored.vocabulary)
        assert len(batch.targets) == 2


@pytest.mark.parametrize("kind", ["dataset", "format", "normalization"])
def test_every_option_is_described(kind: str):
    for name in registry.names(kind):
        component = registry.lookup(kind, name)
        assert registry.summary(component)
        for option in registry.options(component):
            assert option.description, f"{kind} {name} does not say what {option.name} is"
