"""Means and standard deviations of the inputs that published weights of image models were trained with."""

from __future__ import annotations

from typing import Literal

from dlcli.data.normalization import FixedNormalization

Library = Literal["torchvision", "timm"]

#: of the training images of ImageNet, red, green and blue between 0 and 1
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
#: pixels between -1 and 1, as Inception was trained with
INCEPTION_MEAN, INCEPTION_STD = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)

#: architectures whose published weights expect pixels between -1 and 1. torchvision scales to ImageNet's statistics,
#: and its GoogLeNet back again (`transform_input`): channel 0 becomes x · 0.229 / 0.5 + (0.485 − 0.5) / 0.5, which
#: together is (pixel − 0.5) / 0.5. timm's MobileNet v1 was trained with that directly.
INCEPTION_STYLE: dict[Library, tuple[str, ...]] = {"torchvision": ("googlenet",), "timm": ("googlenet", "mobilenet")}


def published_statistics(library: Library, architecture: str | None) -> FixedNormalization:
    """The normalization that the library's weights of an architecture expect; ImageNet's for all but a few.

    Sources: torchvision.transforms._presets.ImageClassification; timm.data.constants and the models' `default_cfg`.

    Args:
        library: that published the weights.
        architecture: registered name; None for a list of layers.
    """
    if architecture in INCEPTION_STYLE[library]:
        return FixedNormalization(mean=[*INCEPTION_MEAN], std=[*INCEPTION_STD])
    return FixedNormalization(mean=[*IMAGENET_MEAN], std=[*IMAGENET_STD])
