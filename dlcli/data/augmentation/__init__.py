"""Augmentation: every epoch sees each training picture a little differently, so that less is learned by heart."""

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
from dlcli.data.augmentation.color_shift import ColorShift
from dlcli.data.augmentation.cutout import Cutout
from dlcli.data.augmentation.mirror import Mirror
from dlcli.data.augmentation.mixup import Mixup
from dlcli.data.augmentation.pca_color import PcaColor
from dlcli.data.augmentation.pixel_scaling import PixelScaling
from dlcli.data.augmentation.random_crop import RandomCrop
from dlcli.data.augmentation.rotation import Rotation
from dlcli.data.augmentation.training_images import TrainingImages
from dlcli.data.augmentation.translation import Translation

__all__ = [
    "Augmentation",
    "Augmenter",
    "ColorAugmentation",
    "ColorMaps",
    "ColorShift",
    "Cutout",
    "ErasingAugmentation",
    "GeometricAugmentation",
    "Mirror",
    "Mixup",
    "PcaColor",
    "PixelScaling",
    "RandomCrop",
    "Rotation",
    "Size",
    "TrainingImages",
    "Translation",
]
