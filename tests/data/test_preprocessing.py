from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data import ClassLabels, Examples, Preprocessor, Targets, Values
from dlcli.data.examples import row_numbers
from dlcli.data.normalization import MinMax, NoNormalization, Normalization, Standard
from dlcli.data.table import Table, column_of


def images(count: int = 30) -> Examples:
    draw = np.random.default_rng(0)
    return Examples(draw.integers(0, 255, (count, 4, 4, 1)).astype(np.uint8), np.arange(count) % 3, row_numbers(count))


def people(count: int = 60) -> Examples:
    draw = np.random.default_rng(0)
    ages = draw.normal(40, 10, count)
    ages[::7] = np.nan
    table = Table(
        {
            "age": column_of(ages),
            "job": column_of(draw.choice(["nurse", "baker", "smith"], count).tolist()),
            "hours": column_of(draw.normal(30, 5, count)),
        }
    )
    targets = draw.normal(100, 20, count)
    return Examples(table, targets, row_numbers(count), feature_names=table.names, target_names=("pay",))


def fit(
    examples: Examples, rows: np.ndarray, kind: type[Targets], normalization: Normalization | None = None
) -> Preprocessor:
    return Preprocessor.fit(
        examples,
        rows,
        normalization=normalization or Standard(),
        target_normalization=Standard(),
        targets=kind,
    )


def test_arrays_are_normalized_as_float32():
    examples, rows = images(), np.arange(20)
    preprocessor = fit(examples, rows, ClassLabels)
    inputs = preprocessor.inputs(examples.inputs, rows)
    assert inputs.dtype == np.float32
    assert inputs.shape == (20, 4, 4, 1)
    np.testing.assert_allclose(inputs.mean(axis=(0, 1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(inputs.std(axis=(0, 1, 2)), 1, rtol=1e-5)


def test_the_numbers_of_a_table_are_normalized_and_its_categories_are_not():
    examples, rows = people(), np.arange(40)
    preprocessor = fit(examples, rows, Values)
    inputs = preprocessor.inputs(examples.inputs, rows)
    assert preprocessor.input_names == ("age", "age is missing", "job=baker", "job=nurse", "job=smith", "hours")
    np.testing.assert_allclose(inputs[:, [0, 5]].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(inputs[:, [0, 5]].std(axis=0), 1, rtol=1e-5)
    assert set(np.unique(inputs[:, 1:5])) == {0.0, 1.0}


@pytest.mark.parametrize("make", [images, people])
@pytest.mark.parametrize("normalization", [Standard(), Standard(per="all"), MinMax(per="feature"), NoNormalization()])
def test_only_the_training_rows_are_used(make: Callable[[], Examples], normalization: Normalization):
    examples = make()
    kind = ClassLabels if isinstance(examples.inputs, np.ndarray) else Values
    rows = np.arange(0, len(examples), 2)
    others = np.arange(1, len(examples), 2)
    before = fit(examples, rows, kind, normalization)
    if isinstance(examples.inputs, np.ndarray):
        examples.inputs[others] = 255
    else:
        examples.inputs.columns["age"].numbers[others] = 1e9
        examples.inputs.columns["job"].codes[others] = -1
        examples.targets[others] = 1e9
    assert fit(examples, rows, kind, normalization).to_json() == before.to_json()
    if isinstance(examples.inputs, np.ndarray):
        examples.inputs[rows[0]] += 7
    else:
        examples.inputs.columns["age"].numbers[rows[1]] = 1e9
    if not isinstance(normalization, NoNormalization):
        assert fit(examples, rows, kind, normalization).to_json() != before.to_json()


@pytest.mark.parametrize("examples", [images(), people()])
def test_json_round_trip_gives_the_same_bits(examples: Examples):
    kind = ClassLabels if isinstance(examples.inputs, np.ndarray) else Values
    preprocessor = fit(examples, np.arange(20), kind)
    again = Preprocessor.from_json(json.loads(json.dumps(preprocessor.to_json())))
    assert again.to_json() == preprocessor.to_json()
    assert again.inputs(examples.inputs).tobytes() == preprocessor.inputs(examples.inputs).tobytes()
    encoded = preprocessor.targets.encode(examples, examples.all_rows, "train")
    assert again.targets.encode(examples, examples.all_rows, "train").tobytes() == encoded.tobytes()
    assert again.input_shape == preprocessor.input_shape
    assert again.targets.class_names == preprocessor.targets.class_names
    assert again.targets.columns == preprocessor.targets.columns


def test_flat_and_squeezed_examples_are_shaped():
    examples = images()
    preprocessor = fit(examples, np.arange(20), ClassLabels)
    expected = preprocessor.inputs(examples.inputs)
    assert np.array_equal(preprocessor.inputs(examples.inputs.reshape(30, 16)), expected)
    assert np.array_equal(preprocessor.inputs(examples.inputs.reshape(30, 4, 4)), expected)


@pytest.mark.parametrize("shape", [(30, 8, 2), (30, 15), (30,), (4, 4), ()])
def test_other_shapes_are_rejected(shape: tuple[int, ...]):
    preprocessor = fit(images(), np.arange(20), ClassLabels)
    with pytest.raises(DataError, match=r"\(N, 4, 4, 1\)") as caught:
        preprocessor.inputs(np.zeros(shape))
    assert caught.value.code == "wrong_shape"


def test_an_outlier_beyond_float32_is_rejected():
    examples = Examples(np.array([[1.0], [1.0 + 1e-9], [1e38]]), np.array([0, 1, 0]), row_numbers(3))
    preprocessor = fit(examples, np.arange(2), ClassLabels)
    with pytest.raises(DataError, match=r"2e\+47") as caught:
        preprocessor.inputs(examples.inputs)
    assert caught.value.code == "non_finite"


def test_inputs_must_be_numeric():
    with pytest.raises(DataError) as caught:
        fit(images(), np.arange(20), ClassLabels).inputs(np.array([["a"] * 16]))
    assert caught.value.code == "wrong_type"


def test_a_model_of_arrays_rejects_tables():
    with pytest.raises(DataError, match="trained on arrays"):
        fit(images(), np.arange(20), ClassLabels).inputs(people().inputs)


def test_an_array_can_stand_for_a_table_of_numbers():
    table = Table({"a": column_of([1.0, 2.0, 3.0]), "b": column_of([5.0, 4.0, 0.0])})
    examples = Examples(table, np.array([0.5, 1.5, 2.0]), row_numbers(3), feature_names=("a", "b"))
    preprocessor = fit(examples, np.arange(3), Values)
    matrix = np.array([[1, 5], [2, 4], [3, 0]])
    assert np.array_equal(preprocessor.inputs(matrix), preprocessor.inputs(table))
    with pytest.raises(DataError, match="job") as caught:
        fit(people(), np.arange(40), Values).inputs(np.zeros((2, 3)))
    assert caught.value.code == "wrong_type"
