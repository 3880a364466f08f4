"""Means and standard deviations of the inputs that published image models were trained on."""

from __future__ import annotations

from typing import Literal

from dlcli.data.normalization import FixedNormalization

Library = Literal["torchvision", "timm"]

#: RGB statistics of the training images of ImageNet, with pixels between 0 and 1
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
#: statistics that scale pixels to between -1 and 1, as for Inception
INCEPTION_MEAN, INCEPTION_STD = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)

#: architectures whose published weights expect pixels between -1 and 1. torchvision normalizes by the statistics of
#: ImageNet, and its GoogLeNet undoes that (`transform_input`): channel 0 becomes x · 0.229 / 0.5 + (0.485 − 0.5) / 0.5,
#: which is (pixel − 0.5) / 0.5 in all. timm's MobileNet v1 was trained on such pixels directly.
INCEPTION_STYLE: dict[Library, tuple[str, ...]] = {"torchvision": ("googlenet",), "timm": ("googlenet", "mobilenet")}


def published_statistics(library: Library, architecture: str | None) -> FixedNormalization:
    """Return the normalization that a library's weights of an architecture expect; ImageNet's for all but a few.

    Sources: torchvision.transforms._presets.ImageClassification; timm.data.constants and the models' `default_cfg`.

    Args:
        library: Library that published the weights.
        architecture: Registered name of the architecture; None for a list of layers.
    """
    if architecture in INCEPTION_STYLE[library]:
        return FixedNormalization(mean=[*INCEPTION_MEAN], std=[*INCEPTION_STD])
    return FixedNormalization(mean=[*IMAGENET_MEAN], std=[*IMAGENET_STD])
