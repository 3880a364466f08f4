"""Properties of all augmentations, and values of some."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.core import ConfigError, registry
from dlcli.data import Augmenter, Batch, ClassLabels, Preprocessor, Split, TransformedRows
from dlcli.data.augmentation import (
    Augmentation,
    ColorJitter,
    Cutout,
    HorizontalFlip,
    Mixup,
    PcaLighting,
    PixelScaling,
    RandomCrop,
    Rotation,
    TrainingImages,
    Translation,
    VerticalFlip,
)
from dlcli.data.augmentation.color_jitter import LUMA, hue_rotations
from dlcli.data.normalization import Scaling

ALL = [registry.lookup("augmentation", name) for name in registry.names("augmentation")]
SIZES = st.tuples(st.integers(2, 9), st.integers(2, 9))


def make_images(count: int = 6, size: tuple[int, int] = (8, 8), channels: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, *size, channels)).astype(np.uint8)


def train_split(images: np.ndarray, num_classes: int = 3) -> Split:
    scaling = Scaling(np.full(images.shape[-1], 100.0), np.full(images.shape[-1], 50.0))
    labels = ClassLabels(tuple(map(str, range(num_classes))))
    preprocessor = Preprocessor(images.shape[1:], None, scaling, labels, ())
    rows = np.arange(len(images))
    return Split("train", TransformedRows(images, rows, preprocessor), rows % num_classes, rows)


def augmenter(images: np.ndarray, *augmentations: Augmentation, num_classes: int | None = 3) -> Augmenter:
    return Augmenter(augmentations, train_split(images), num_classes)


def transform(images: np.ndarray, *augmentations: Augmentation, seed: int = 0) -> np.ndarray:
    return unscaled(augmenter(images, *augmentations), images, seed)


def unscaled(augmenter: Augmenter, images: np.ndarray, seed: int) -> np.ndarray:
    identity = PixelScaling.identity(images.shape[3])
    return augmenter.transform(images, np.arange(len(images)), np.random.default_rng(seed), identity)


# ---- all ----


@pytest.mark.parametrize("kind", [it for it in ALL if it is not Mixup], ids=lambda it: it.__name__)
def test_images_depend_only_on_the_generator(kind: Any):
    images = make_images(16, (12, 12))
    before = images.copy()
    first, again, other = (transform(images, kind(), seed=seed) for seed in (0, 0, 1))
    assert first.dtype == np.float32
    assert first.shape == images.shape
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(images, before)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64, np.int16])
def test_accepts_every_type_of_pixels(dtype: Any):
    images = make_images(5, (10, 10)).astype(dtype)
    changed = transform(
        images, HorizontalFlip(), RandomCrop(padding=2), Rotation(), ColorJitter(hue=0.1), PcaLighting(), Cutout()
    )
    assert changed.dtype == np.float32
    assert changed.min() >= 0
    assert changed.max() <= 255


def test_images_between_zero_and_one_stay_in_their_range():
    images = (make_images(20) / 255).astype(np.float32)
    changed = transform(images, ColorJitter(brightness=1.0, contrast=1.0, saturation=1.0, hue=0.5))
    assert changed.min() >= images.min()
    assert changed.max() <= images.max()
    assert changed.std() > 0.1


def test_augmentations_without_effect_are_the_identity():
    images = make_images()
    same = transform(
        images,
        HorizontalFlip(probability=0.0),
        RandomCrop(padding=0),
        Rotation(degrees=0.0),
        Translation(fraction=0.0),
        ColorJitter(probability=0.0, saturation=1.0),
        PcaLighting(sigma=0.0),
        Cutout(probability=0.0),
    )
    np.testing.assert_allclose(same, images, atol=1e-3)


# ---- geometric ----


@given(SIZES, st.sampled_from([1, 3]), st.sampled_from([(HorizontalFlip, 2), (VerticalFlip, 1)]), st.integers(0, 99))
@settings(deadline=None)
def test_a_flip_reverses_its_axis_and_two_flips_cancel(size: tuple[int, int], channels: int, kind: Any, seed: int):
    images = make_images(3, size, channels, seed)
    flip, axis = kind[0](probability=1.0), kind[1]
    assert np.array_equal(transform(images, flip), np.flip(images, axis))
    assert np.array_equal(transform(images, flip, flip), images)


@given(SIZES, st.integers(0, 12), st.integers(0, 99))
@settings(deadline=None)
def test_a_crop_keeps_the_size_and_has_only_values_of_the_image_or_the_border(
    size: tuple[int, int], padding: int, seed: int
):
    images = make_images(4, size, 1, seed)
    crop = augmenter(images, RandomCrop(padding=padding), HorizontalFlip())
    cropped = unscaled(crop, images, seed)
    assert cropped.shape == images.shape
    for before, after in zip(images, cropped, strict=True):
        assert set(after.ravel()) <= {*before.ravel().astype(np.float32), *crop.fill}


def test_crop_positions_are_uniform():
    images = np.zeros((2000, 9, 9, 1), np.uint8)
    images[:, 4, 4] = 255
    lit = np.argwhere(transform(images, RandomCrop(padding=2))[..., 0])[:, 1:]  # (N, 2)
    positions, counts = np.unique(lit, axis=0, return_counts=True)
    assert len(positions) == 25
    assert {*positions.ravel().tolist()} == {2, 3, 4, 5, 6}
    assert counts.min() > 45  # 80 are expected, with a standard deviation of 8.8
    assert counts.max() < 120


def test_translations_are_bounded_by_a_fraction_of_each_side():
    images = np.zeros((500, 10, 20, 1), np.uint8)
    images[:, 5, 10] = 255
    lit = np.argwhere(transform(images, Translation(fraction=0.2))[..., 0])[:, 1:]
    assert (lit.min(axis=0).tolist(), lit.max(axis=0).tolist()) == ([3, 6], [7, 14])


def test_half_of_the_images_are_flipped():
    images = np.zeros((1000, 2, 2, 1), np.uint8)
    images[:, :, 0] = 255
    flipped = transform(images, HorizontalFlip())[:, 0, 1, 0] == 255
    assert 440 < flipped.sum() < 560  # 500 ± 4 standard deviations


def test_rotates_around_the_center():
    images = np.zeros((200, 21, 21, 1), np.float32)
    images[:, 10, 10] = 1
    images[:, 10, 18] = 1
    turned = transform(images, Rotation(degrees=30.0))
    np.testing.assert_allclose(turned[:, 10, 10, 0], 1, atol=1e-5)
    rows, columns = np.mgrid[:21, :21]
    right = turned[..., 0] * (columns > 12)
    weight = right.sum(axis=(1, 2))
    angles = np.rad2deg(
        np.arctan2((right * (rows - 10)).sum((1, 2)) / weight, (right * (columns - 10)).sum((1, 2)) / weight)
    )
    assert -31 < angles.min() < -27
    assert 27 < angles.max() < 31
    assert abs(angles.mean()) < 5  # uniform on ±30: standard deviation 17.3, of the mean 1.2


def test_the_fill_color_is_the_median_edge_color_of_the_training_images():
    images = np.full((4, 8, 8, 3), 7, np.uint8)
    images[:, 1:-1, 1:-1] = 200
    images[0, 0] = 90  # an outlier, which does not change the median
    moved = transform(images[1:2].repeat(50, axis=0), RandomCrop(padding=4))
    assert set(np.unique(moved)) == {7, 200}


# ---- color ----


def test_color_augmentations_are_one_affine_map_per_image():
    images = make_images(8).clip(100, 150)
    changed = transform(images, ColorJitter(hue=0.05, saturation=0.3), PcaLighting())
    for before, after in zip(images, changed, strict=True):
        inside = ((after > 0) & (after < 255)).all(axis=-1)
        pixels = np.column_stack([before[inside].astype(float), np.ones(inside.sum())])
        _, residual, *_ = np.linalg.lstsq(pixels, after[inside], rcond=None)
        assert np.all(residual < 1e-3)


def test_brightness_is_a_factor_and_contrast_keeps_the_mean_gray():
    images = make_images(300, channels=1).clip(60, 140)
    brighter = transform(images, ColorJitter(brightness=0.3, contrast=0.0)) / images
    np.testing.assert_allclose(brighter.max(axis=(1, 2)), brighter.min(axis=(1, 2)), rtol=1e-5)
    assert 0.7 <= brighter.min() < 0.75
    assert 1.25 < brighter.max() <= 1.3
    harder = transform(images, ColorJitter(brightness=0.0, contrast=0.3))
    mean = images.mean()
    factors = (harder - mean) / (images - mean)
    np.testing.assert_allclose(np.median(factors, axis=(1, 2, 3)), factors[:, 0, 0, 0], atol=1e-3)


def test_hue_and_saturation_keep_gray_and_hue_keeps_luma():
    gray = make_images(10, channels=1).repeat(3, axis=-1)
    changed = transform(gray, ColorJitter(brightness=0.0, contrast=0.0, saturation=1.0, hue=0.5))
    np.testing.assert_allclose(changed, gray, atol=1e-3)
    turns = hue_rotations(np.array([0.3, 2.0]))
    np.testing.assert_allclose(LUMA @ turns, np.tile(LUMA, (2, 1)), atol=1e-6)
    third = hue_rotations(np.array([2 * np.pi / 3]))[0]
    np.testing.assert_allclose(third @ third @ third, np.eye(3), atol=1e-9)


def test_pca_moves_colors_along_their_principal_components():
    generator = np.random.default_rng(0)
    direction = np.array([0.6, 0.64, 0.48])
    pixels = 128 + 30 * generator.normal(size=(20, 8, 8, 1)) * direction
    images = pixels.clip(0, 255).astype(np.uint8)
    moves = (transform(images, PcaLighting(sigma=0.3)) - images).mean(axis=(1, 2))  # (N, 3)
    along = moves @ direction
    np.testing.assert_allclose(moves, np.outer(along, direction), atol=0.5)
    eigenvalue = np.linalg.eigvalsh(np.cov(images.reshape(-1, 3).T / 255))[-1]
    assert along.std() == pytest.approx(255 * 0.3 * eigenvalue, rel=0.5)  # 20 draws


def test_moments_use_all_pixels():
    images = make_images(50).astype(np.float64) * [1, 2, 3]
    training = TrainingImages(np.concatenate([images, images + 7]), np.arange(50))
    np.testing.assert_allclose(training.mean, images.mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(training.covariance, np.cov(images.reshape(-1, 3).T, bias=True))


# ---- cutout ----


@given(st.integers(1, 8), st.integers(0, 99))
@settings(deadline=None)
def test_cutout_is_one_square_in_the_mean_color(size: int, seed: int):
    images = make_images(30, (8, 10), 1, seed) // 2 * 2
    images[0, 0, 0] += 1  # an odd sum: no pixel has the mean color
    mean = images.mean().astype(np.float32)
    erased = transform(images, Cutout(size=size), seed=seed)[..., 0] == mean
    for mask in erased:
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        assert mask.sum() == len(rows) * len(columns)
        assert 1 <= len(rows) <= size
        assert 1 <= len(columns) <= size
    assert np.all(erased.sum(axis=(1, 2)) <= size * size)


# ---- mixup ----


def test_mixup_mixes_inputs_and_targets_alike():
    inputs = np.eye(6, dtype=np.float32)
    batch = Batch(inputs.copy(), np.arange(6))
    mixed = Mixup(alpha=1.0).mix(np.random.default_rng(3), batch, 6)
    assert mixed.targets is not None
    np.testing.assert_allclose(mixed.inputs, mixed.targets, atol=1e-6)
    np.testing.assert_allclose(mixed.targets.sum(axis=1), 1, atol=1e-6)
    assert np.array_equal(mixed.targets.argmax(axis=1), batch.targets)  # its own class weighs most
    assert 0 < mixed.targets.max(axis=1).min() < 1


def test_mixup_of_two_classes_and_of_values_mixes_numbers():
    generator = np.random.default_rng(0)
    two = Mixup(alpha=1.0).mix(generator, Batch(np.zeros((4, 2), np.float32), np.array([0, 1, 0, 1])), None)
    assert two.targets is not None
    assert two.targets.shape == (4,)
    assert two.targets.mean() == pytest.approx(0.5)
    values = np.arange(8, dtype=np.float32).reshape(4, 2)
    mixed = Mixup(alpha=1.0).mix(generator, Batch(values.copy(), values), None)
    np.testing.assert_allclose(mixed.inputs, mixed.targets, atol=1e-6)


def test_the_share_is_beta_distributed():
    generator, shares = np.random.default_rng(0), []
    for _ in range(2000):
        batch = Batch(np.array([[0.0], [1.0]], np.float32), np.array([0, 1]))
        value = Mixup(alpha=0.4).mix(generator, batch, 2).inputs[0, 0]
        shares.append(float(value))
    mixed = np.array([share for share in shares if share > 0])  # half of the time an example is its own partner
    # E min(λ, 1 − λ) for Beta(0.4, 0.4), by numeric integration: 0.1482
    assert mixed.mean() == pytest.approx(0.1482, abs=0.02)


# ---- mistakes ----


@pytest.mark.parametrize(
    ("images", "augmentations", "key", "message"),
    [
        (
            make_images(channels=1),
            [HorizontalFlip(), PcaLighting()],
            "augmentations[1].pca_lighting",
            "got 1",
        ),
        (make_images(channels=1), [ColorJitter(hue=0.1)], "augmentations[0].color_jitter.hue", "got 1"),
        (make_images(), [Cutout(size=9)], "augmentations[0].cutout.size", "8 × 8, got 9"),
        (make_images()[:, :, :, 0], [HorizontalFlip()], "augmentations", "8 × 8 .* axes: NHW"),
        (make_images()[:, 0, :, 0], [HorizontalFlip()], "augmentations", "8 values"),
    ],
)
def test_augmentations_that_do_not_fit_the_data_are_errors_at_their_key(
    images: np.ndarray, augmentations: list[Augmentation], key: str, message: str
):
    with pytest.raises(ConfigError, match=message) as caught:
        augmenter(images, *augmentations)
    assert caught.value.key == key
    assert caught.value.code in ("not_applicable", "out_of_range")


def test_data_without_images_can_be_mixed_but_not_flipped():
    split = Split("train", np.zeros((4, 3), np.float32), np.zeros(4, np.int64), np.arange(4))
    assert Augmenter([Mixup()], split, 2).mixups
    with pytest.raises(ConfigError) as caught:
        Augmenter([HorizontalFlip()], split, 2)
    assert (caught.value.code, caught.value.key) == ("not_applicable", "augmentations")


def test_normalization_pixel_by_pixel_is_rejected():
    images = make_images()
    split = train_split(images)
    assert isinstance(split.inputs, TransformedRows)
    each = Scaling(np.zeros(images.shape[1:]), np.ones(images.shape[1:]))
    preprocessor = Preprocessor(images.shape[1:], None, each, ClassLabels(("a", "b")), ())
    inputs = TransformedRows(images, split.inputs.rows, preprocessor)
    with pytest.raises(ConfigError, match="per: channel") as caught:
        Augmenter([HorizontalFlip()], Split("train", inputs, split.targets, split.ids), 3)
    assert caught.value.key == "train.normalization"
