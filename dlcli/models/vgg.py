"""VGG: deep networks of 3×3 convolutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from dlcli.core import PositiveInt, Rate, register
from dlcli.models.convolutional import convolution, dropout, image_size, linear, max_pool, output
from dlcli.nn import Node, Shape

Classifier: TypeAlias = Literal["published", "small"]

#: number of filters in each of the five stages
FILTERS = (64, 128, 256, 512, 512)
#: largest height and width of images with the small classifier by default
MAX_SMALL_SIZE = 64


@register("architecture", "vgg11")
def vgg11(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    batch_norm: bool = False,
    classifier: Classifier | None = None,
    dropout_rate: Rate | None = None,
) -> list[Node]:
    """VGG with 8 convolutions: 132,863,336 parameters for 224×224×3 and 1,000 classes.

    Configuration A of Simonyan & Zisserman 2015, arXiv:1409.1556.

    Args:
        batch_norm: Whether to apply batch normalization before each ReLU of a convolution.
        classifier: Classifier head: "published" is 7×7 average pooling and linear layers of 4096, 4096 and the classes;
            "small" is global average pooling and one linear layer; null means small for images of up to 64×64, else
            published.
        dropout_rate: Dropout probability before the last linear layers; null means 0.5 as published, and 0
            with the small classifier.
    """
    return _vgg("vgg11", (1, 1, 2, 2, 2), input_shape, output_units, batch_norm, classifier, dropout_rate)


@register("architecture", "vgg16")
def vgg16(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    batch_norm: bool = False,
    classifier: Classifier | None = None,
    dropout_rate: Rate | None = None,
) -> list[Node]:
    """VGG with 13 convolutions: 138,357,544 parameters for 224×224×3 and 1,000 classes.

    Configuration D of Simonyan & Zisserman 2015, arXiv:1409.1556.

    Args:
        batch_norm: Whether to apply batch normalization before each ReLU of a convolution.
        classifier: Classifier head: "published" is 7×7 average pooling and linear layers of 4096, 4096 and the classes;
            "small" is global average pooling and one linear layer; null means small for images of up to 64×64, else
            published.
        dropout_rate: Dropout probability before the last linear layers; null means 0.5 as published, and 0
            with the small classifier.
    """
    return _vgg("vgg16", (2, 2, 3, 3, 3), input_shape, output_units, batch_norm, classifier, dropout_rate)


@register("architecture", "vgg19")
def vgg19(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    batch_norm: bool = False,
    classifier: Classifier | None = None,
    dropout_rate: Rate | None = None,
) -> list[Node]:
    """VGG with 16 convolutions: 143,667,240 parameters for 224×224×3 and 1,000 classes.

    Configuration E of Simonyan & Zisserman 2015, arXiv:1409.1556.

    Args:
        batch_norm: Whether to apply batch normalization before each ReLU of a convolution.
        classifier: Classifier head: "published" is 7×7 average pooling and linear layers of 4096, 4096 and the classes;
            "small" is global average pooling and one linear layer; null means small for images of up to 64×64, else
            published.
        dropout_rate: Dropout probability before the last linear layers; null means 0.5 as published, and 0
            with the small classifier.
    """
    return _vgg("vgg19", (2, 2, 4, 4, 4), input_shape, output_units, batch_norm, classifier, dropout_rate)


@register("architecture", "vgg_small")
def vgg_small(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    filters: list[PositiveInt] | None = None,
    convolutions: PositiveInt = 2,
    batch_norm: bool = True,
    dropout_rate: Rate = 0.0,
) -> list[Node]:
    """VGG for images of 28×28 or 32×32: a few stages of 3×3 convolutions, each halving the image.

    After Simonyan & Zisserman 2015, arXiv:1409.1556; with global average pooling and one linear layer.

    Args:
        filters: Number of filters of the convolutions in each stage; null means 32, 64 and 128.
        convolutions: Number of convolutions in each stage.
        batch_norm: Whether to apply batch normalization before each ReLU; the convolutions then have no bias.
        dropout_rate: Dropout probability before the linear layer.
    """
    image_size(input_shape, "vgg_small")
    stages = [(count, convolutions) for count in filters or (32, 64, 128)]
    return [
        *_features(stages, batch_norm, use_bias=not batch_norm),
        *_small_classifier(output_units, dropout_rate),
    ]


def _vgg(
    name: str,
    convolutions: Sequence[int],
    input_shape: Shape,
    output_units: int,
    batch_norm: bool,
    classifier: Classifier | None,
    dropout_rate: float | None,
) -> list[Node]:
    classifier = classifier or ("small" if max(image_size(input_shape, name)) <= MAX_SMALL_SIZE else "published")
    # biases before batch_norm have no effect, but torchvision's weight files have them
    features = list(_features(list(zip(FILTERS, convolutions, strict=True)), batch_norm, use_bias=True))
    if classifier == "small":
        return [*features, *_small_classifier(output_units, dropout_rate or 0.0)]
    return [*features, *_published_classifier(output_units, 0.5 if dropout_rate is None else dropout_rate)]


def _features(stages: Sequence[tuple[int, int]], batch_norm: bool, *, use_bias: bool) -> Iterator[Node]:
    """Yield stages of (filters, convolutions), each ending in a pooling; numbered as in torchvision."""
    position = 0
    for filters, convolutions in stages:
        for _ in range(convolutions):
            yield convolution(f"features_{position}", filters, 3, padding=1, use_bias=use_bias)
            if batch_norm:
                position += 1
                yield Node(f"features_{position}", "batch_norm")
            yield Node(f"features_{position + 1}", "relu")
            position += 2
        yield max_pool(f"features_{position}", 2)
        position += 1


def _published_classifier(output_units: int, rate: float) -> list[Node]:
    return [
        Node("avgpool", "adaptive_average_pool2d", {"size": 7}),
        Node("flatten", "flatten"),
        linear("classifier_0", 4096),
        Node("classifier_1", "relu"),
        *dropout("classifier_2", rate),
        linear("classifier_3", 4096),
        Node("classifier_4", "relu"),
        *dropout("classifier_5", rate),
        output("classifier_6", output_units),
    ]


def _small_classifier(output_units: int, rate: float) -> list[Node]:
    return [Node("avgpool", "global_average_pool2d"), *dropout("dropout", rate), output("classifier", output_units)]
