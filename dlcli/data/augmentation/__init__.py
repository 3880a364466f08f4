"""Data augmentation: random changes of the training images in every epoch, against overfitting."""

from __future__ import annotations

from dlcli.data.augmentation.augmentation import (
    Augmentation,
    ColorAugmentation,
    ColorMaps,
    ErasingAugmentation,
    GeometricAugmentation,
    Size,
)
from dlcli.data.augmentation.augmenter import Augmenter
from dlcli.data.augmentation.color_jitter import ColorJitter
from dlcli.data.augmentation.cutout import Cutout
from dlcli.data.augmentation.flip import HorizontalFlip, VerticalFlip
from dlcli.data.augmentation.mixup import Mixup
from dlcli.data.augmentation.pca_lighting import PcaLighting
from dlcli.data.augmentation.pixel_scaling import PixelScaling
from dlcli.data.augmentation.random_crop import RandomCrop
from dlcli.data.augmentation.rotation import Rotation
from dlcli.data.augmentation.training_images import TrainingImages
from dlcli.data.augmentation.translation import Translation

__all__ = [
    "Augmentation",
    "Augmenter",
    "ColorAugmentation",
    "ColorJitter",
    "ColorMaps",
    "Cutout",
    "ErasingAugmentation",
    "GeometricAugmentation",
    "HorizontalFlip",
    "Mixup",
    "PcaLighting",
    "PixelScaling",
    "RandomCrop",
    "Rotation",
    "Size",
    "TrainingImages",
    "Translation",
    "VerticalFlip",
]
