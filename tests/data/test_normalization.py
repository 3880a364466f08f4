from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcli.core import ConfigError
from dlcli.data.normalization import FixedNormalization, MinMax, NoNormalization, Per, Scaling, Standard, moments

numbers = st.floats(-1e6, 1e6, allow_subnormal=False)


@settings(deadline=None)
@given(arrays.arrays(np.float64, st.tuples(st.integers(2, 40), st.integers(1, 4)), elements=numbers), st.integers(1, 7))
def test_moments_do_not_depend_on_the_chunks(values: np.ndarray, step: int):
    count, mean, squares = moments(values[start : start + step] for start in range(0, len(values), step))
    assert count == len(values)
    np.testing.assert_allclose(mean, values.mean(axis=0), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(squares / count, values.var(axis=0), rtol=1e-9, atol=1e-6)


def test_moments_of_a_large_offset_are_exact():
    # Σx² − (Σx)²/n would lose all digits here
    values = np.random.default_rng(0).standard_normal((1000, 1)) + 1e9
    _, _, squares = moments(np.array_split(values, 7))
    np.testing.assert_allclose(squares / 1000, values.var(axis=0), rtol=1e-6)


@pytest.mark.parametrize(("per", "axes"), [("feature", (0,)), ("channel", (0, 1, 2)), ("all", (0, 1, 2, 3))])
def test_standard_divides_by_sigma_over_the_right_axes(per: str, axes: tuple[int, ...]):
    images = np.random.default_rng(0).normal(5, 3, (50, 4, 4, 3)) * [1, 10, 100]
    scaling = Standard(per=per).fit(np.array_split(images, 3))
    np.testing.assert_allclose(scaling.shift, images.mean(axis=axes))
    np.testing.assert_allclose(scaling.scale, images.std(axis=axes))
    normalized = scaling.apply(images)
    np.testing.assert_allclose(normalized.mean(axis=axes), 0, atol=1e-12)
    np.testing.assert_allclose(normalized.std(axis=axes), 1, rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9, -3.3e-5])
@pytest.mark.parametrize("normalization", [Standard(), MinMax()])
def test_a_constant_feature_becomes_zero(value: float, normalization: Standard | MinMax):
    values = np.full((1001, 2), value)
    scaling = normalization.fit(np.array_split(values, 9))
    assert scaling.scale.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(scaling.apply(values), 0, atol=1e-6)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", "u1", "i8"])
@pytest.mark.parametrize("normalization", [Standard(), MinMax(), Standard(per="channel"), Standard(per="all")])
@pytest.mark.parametrize("num_chunks", [1, 7])
def test_a_constant_is_recognized_in_every_type_and_layout(normalization, dtype: str, order: str, num_chunks: int):
    # the mean of 20,000 equal values, summed row by row, has an error of far more than one unit in the last place
    for value in (0.7, 0.1, 1e9 / 3, 1700000004.0):
        values = np.full((20_000, 3), value).astype(dtype, order=order)
        scaling = normalization.fit(np.array_split(values, num_chunks))
        assert np.unique(scaling.scale).tolist() == [1.0]
        assert np.unique(scaling.apply(values)).tolist() == [0.0]


@pytest.mark.parametrize("normalization", [Standard(), MinMax()])
@pytest.mark.parametrize(("dtype", "ulps"), [(np.float32, 2), (np.float64, 10)])
@pytest.mark.parametrize("value", [0.3, 1e9 / 3, -7.7])
def test_values_that_differ_by_rounding_are_constant(normalization, dtype: type, ulps: int, value: float):
    number = dtype(value)
    if number == np.round(number):
        pytest.skip("integers are exact")
    values = number + np.spacing(number) * np.random.default_rng(0).integers(0, ulps + 1, (5000, 1)).astype(dtype)
    assert normalization.fit(np.array_split(values, 3)).scale.tolist() == [1.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_adjacent_large_integers_are_not_constant(dtype: type):
    values = (10_000_000 + np.arange(2000) % 2).astype(dtype)[:, None]
    assert Standard().fit([values]).scale.tolist() == [0.5]
    assert MinMax().fit([values]).scale.tolist() == [1.0]


def test_only_the_constant_channel_is_not_scaled():
    images = np.random.default_rng(0).normal(0, 2, (300, 4, 4, 3))
    images[..., 1] = 0.7
    scale = Standard(per="channel").fit(np.array_split(images, 4)).scale
    np.testing.assert_allclose(scale, [images[..., 0].std(), 1.0, images[..., 2].std()])


@pytest.mark.parametrize(("per", "shape"), [("feature", (4, 4, 3)), ("channel", (3,)), ("all", ())])
def test_min_max_maps_onto_zero_to_one(per: str, shape: tuple[int, ...]):
    images = np.random.default_rng(0).integers(0, 256, (60, 4, 4, 3)).astype(np.uint8)
    scaling = MinMax(per=per).fit(np.array_split(images, 4))
    assert scaling.shift.shape == shape
    scaled = scaling.apply(images)
    assert scaled.min() == 0
    assert scaled.max() == 1


def test_none_changes_nothing():
    values = np.random.default_rng(0).standard_normal((5, 3))
    assert np.array_equal(NoNormalization().fit([values]).apply(values), values)


@settings(deadline=None)
@given(arrays.arrays(np.float64, (5, 3), elements=numbers))
def test_inverse_and_json_restore_values_and_scaling(values: np.ndarray):
    scaling = Standard().fit([values])
    again = Scaling.from_json(json.loads(json.dumps(scaling.to_json())))
    assert np.array_equal(again.shift, scaling.shift)
    assert np.array_equal(again.scale, scaling.scale)
    np.testing.assert_allclose(scaling.inverse(scaling.apply(values)), values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", [Standard, MinMax])
@pytest.mark.parametrize(
    ("shape", "per"), [((4,), "feature"), ((6, 3), "feature"), ((5, 5, 1), "channel"), ((5, 4, 3), "channel")]
)
def test_the_default_is_per_channel_only_for_images(
    kind: type[Standard | MinMax], shape: tuple[int, ...], per: Per
) -> None:
    values = np.random.default_rng(0).uniform(size=(20, *shape)) * 9
    ours, expected = kind().fit([values]), kind(per=per).fit([values])
    assert np.array_equal(ours.shift, expected.shift)
    assert np.array_equal(ours.scale, expected.scale)


def test_fixed_statistics() -> None:
    values = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    scaling = FixedNormalization(mean=[1.0, 2.0, 3.0], std=[4.0, 5.0, 6.0]).fit([values])
    np.testing.assert_allclose(scaling.apply(values), (values - [1, 2, 3]) / [4, 5, 6])
    np.testing.assert_allclose(
        FixedNormalization(mean=1.0, std=[2.0] * 3).fit([values]).apply(values), (values - 1) / 2
    )


@pytest.mark.parametrize(
    ("dtype", "options", "unit"),
    [
        (np.uint8, {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.3, 0.25]}, 255),
        (np.uint8, {"mean": 0.5, "std": 0.5}, 255),
        (np.uint8, {"mean": [120.0, 110.0, 100.0], "std": 58.0}, 1),
        (np.uint8, {"mean": 0.5, "std": 0.5, "max_value": 1.0}, 1),
        (np.uint16, {"mean": 0.5, "std": 0.5}, 65535),
        (np.uint16, {"mean": 0.5, "std": 0.5, "max_value": 4095.0}, 4095),
        (np.float32, {"mean": 0.5, "std": 0.5}, 1),
    ],
)
def test_the_unit_of_fixed_statistics(dtype: type[np.generic], options: dict[str, float], unit: float) -> None:
    """Statistics up to 1 are for pixels between 0 and 1, whatever the integer type of the images."""
    images = np.random.default_rng(0).integers(0, 200, (4, 5, 5, 3)).astype(dtype)
    expected = (images / unit - np.array(options["mean"])) / np.array(options["std"])
    np.testing.assert_allclose(FixedNormalization(**options).fit([images]).apply(images), expected)


@pytest.mark.parametrize("option", ["mean", "std"])
def test_fixed_statistics_for_another_number_of_channels(option: str) -> None:
    options = {"mean": 0.5, "std": 0.5} | {option: [0.5, 0.5]}
    with pytest.raises(ConfigError) as caught:
        FixedNormalization(**options).fit([np.zeros((2, 4, 4, 3), np.uint8)])
    assert caught.value.key == option
