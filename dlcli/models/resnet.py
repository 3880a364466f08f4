"""Residual networks: blocks whose result is added to their input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias

from dlcli.core import register
from dlcli.models.convolutional import convolution, image_size, max_pool, output
from dlcli.nn import Node, Shape

Shortcut: TypeAlias = Literal["identity", "projection"]
#: (name, filters, stride, input node) -> the nodes of a block's residual branch; the last node is its result
Residual: TypeAlias = Callable[[str, int, int, str], list[Node]]


@register("architecture", "resnet18")
def resnet18(input_shape: Shape, output_units: int, /) -> list[Node]:
    """Residual network of 18 layers: 11,689,512 parameters for 3 channels and 1,000 classes.

    He, Zhang, Ren & Sun 2016, arXiv:1512.03385, table 1, as in torchvision; designed for images of 224×224.
    """
    return _resnet("resnet18", input_shape, output_units, _basic, (2, 2, 2, 2), expansion=1)


@register("architecture", "resnet34")
def resnet34(input_shape: Shape, output_units: int, /) -> list[Node]:
    """Residual network of 34 layers: 21,797,672 parameters for 3 channels and 1,000 classes.

    He, Zhang, Ren & Sun 2016, arXiv:1512.03385, table 1, as in torchvision; designed for images of 224×224.
    """
    return _resnet("resnet34", input_shape, output_units, _basic, (3, 4, 6, 3), expansion=1)


@register("architecture", "resnet50")
def resnet50(input_shape: Shape, output_units: int, /) -> list[Node]:
    """Residual network of 50 layers with bottlenecks: 25,557,032 parameters for 3 channels and 1,000 classes.

    He, Zhang, Ren & Sun 2016, arXiv:1512.03385, table 1, as in torchvision, with the stride in the 3×3 convolution;
    designed for images of 224×224.
    """
    return _resnet("resnet50", input_shape, output_units, _bottleneck, (3, 4, 6, 3), expansion=4)


@register("architecture", "resnet20")
def resnet20(input_shape: Shape, output_units: int, /, *, shortcut: Shortcut = "projection") -> list[Node]:
    """Residual network of 20 layers for small images: 0.27 million parameters.

    He, Zhang, Ren & Sun 2016, arXiv:1512.03385, section 4.2: stages of 16, 32 and 64 filters on images of 32×32.

    Args:
        shortcut: Shortcut around a block that halves the image: "identity" is every second pixel, padded with zero
            channels (option A, as in the paper); "projection" is a 1×1 convolution (option B; 2,752 parameters more).
    """
    return _small_resnet("resnet20", input_shape, output_units, 3, shortcut)


@register("architecture", "resnet32")
def resnet32(input_shape: Shape, output_units: int, /, *, shortcut: Shortcut = "projection") -> list[Node]:
    """Residual network of 32 layers for small images: 0.46 million parameters.

    He, Zhang, Ren & Sun 2016, arXiv:1512.03385, section 4.2: stages of 16, 32 and 64 filters on images of 32×32.

    Args:
        shortcut: Shortcut around a block that halves the image: "identity" is every second pixel, padded with zero
            channels (option A, as in the paper); "projection" is a 1×1 convolution (option B; 2,752 parameters more).
    """
    return _small_resnet("resnet32", input_shape, output_units, 5, shortcut)


@register("architecture", "resnet56")
def resnet56(input_shape: Shape, output_units: int, /, *, shortcut: Shortcut = "projection") -> list[Node]:
    """Residual network of 56 layers for small images: 0.85 million parameters.

    He, Zhang, Ren & Sun 2016, arXiv:1512.03385, section 4.2: stages of 16, 32 and 64 filters on images of 32×32.

    Args:
        shortcut: Shortcut around a block that halves the image: "identity" is every second pixel, padded with zero
            channels (option A, as in the paper); "projection" is a 1×1 convolution (option B; 2,752 parameters more).
    """
    return _small_resnet("resnet56", input_shape, output_units, 9, shortcut)


def _resnet(
    name: str, input_shape: Shape, output_units: int, residual: Residual, blocks: Sequence[int], *, expansion: int
) -> list[Node]:
    """Return a network for large images: each side is 1/4 of the input's in the first stage and 1/32 in the last."""
    image_size(input_shape, name)
    return [
        convolution("conv1", 64, 7, stride=2, padding=3, use_bias=False),
        Node("bn1", "batch_norm"),
        Node("relu", "relu"),
        max_pool("maxpool", 3, padding=1),
        *_stages("maxpool", 64, (64, 128, 256, 512), blocks, residual, expansion, "projection"),
        Node("avgpool", "global_average_pool2d"),
        output("fc", output_units),
    ]


def _small_resnet(name: str, input_shape: Shape, output_units: int, blocks: int, shortcut: Shortcut) -> list[Node]:
    """Return a network of 6n + 2 layers: a convolution, three stages of n = `blocks` blocks, a linear layer."""
    image_size(input_shape, name)
    return [
        convolution("conv1", 16, 3, padding=1, use_bias=False),
        Node("bn1", "batch_norm"),
        Node("relu", "relu"),
        *_stages("relu", 16, (16, 32, 64), (blocks,) * 3, _basic, 1, shortcut),
        Node("avgpool", "global_average_pool2d"),
        output("fc", output_units),
    ]


def _stages(
    before: str,
    channels: int,
    filters: Sequence[int],
    blocks: Sequence[int],
    residual: Residual,
    expansion: int,
    shortcut: Shortcut,
) -> Iterator[Node]:
    """Yield stages of residual blocks; each stage except the first starts by halving the image.

    Args:
        before: Name of the node whose output is the input of the first block.
        channels: Number of channels of this output.
        filters: Number of filters of the 3×3 convolutions in each stage.
        blocks: Number of blocks in each stage.
        residual: Residual branch of a block.
        expansion: Ratio of a block's output channels to its filters.
        shortcut: Shortcut of blocks whose input and output differ in shape.
    """
    for stage, (count, repeats) in enumerate(zip(filters, blocks, strict=True)):
        for block in range(repeats):
            name = f"layer{stage + 1}_{block}"
            stride = 2 if stage and not block else 1
            if stride == 1 and channels == count * expansion:
                skip = before
            else:
                skip = f"{name}_downsample_1" if shortcut == "projection" else f"{name}_shortcut"
                yield from _shortcut(name, count * expansion, stride, before, shortcut)
            branch = residual(name, count, stride, before)
            yield from branch
            yield Node(f"{name}_add", "add", inputs=(branch[-1].name, skip))
            yield Node(f"{name}_relu", "relu")
            before, channels = f"{name}_relu", count * expansion


def _shortcut(name: str, channels: int, stride: int, before: str, shortcut: Shortcut) -> list[Node]:
    if shortcut == "identity":
        return [Node(f"{name}_shortcut", "identity_shortcut", {"channels": channels, "stride": stride}, (before,))]
    return [
        convolution(f"{name}_downsample_0", channels, 1, stride=stride, use_bias=False, after=before),
        Node(f"{name}_downsample_1", "batch_norm"),
    ]


def _basic(name: str, filters: int, stride: int, before: str) -> list[Node]:
    """Return the residual branch of two 3×3 convolutions."""
    return [
        convolution(f"{name}_conv1", filters, 3, stride=stride, padding=1, use_bias=False, after=before),
        Node(f"{name}_bn1", "batch_norm"),
        Node(f"{name}_relu1", "relu"),
        convolution(f"{name}_conv2", filters, 3, padding=1, use_bias=False),
        Node(f"{name}_bn2", "batch_norm"),
    ]


def _bottleneck(name: str, filters: int, stride: int, before: str) -> list[Node]:
    """Return the bottleneck branch: 1×1 to fewer channels, 3×3, 1×1 to four times as many."""
    return [
        convolution(f"{name}_conv1", filters, 1, use_bias=False, after=before),
        Node(f"{name}_bn1", "batch_norm"),
        Node(f"{name}_relu1", "relu"),
        convolution(f"{name}_conv2", filters, 3, stride=stride, padding=1, use_bias=False),
        Node(f"{name}_bn2", "batch_norm"),
        Node(f"{name}_relu2", "relu"),
        convolution(f"{name}_conv3", 4 * filters, 1, use_bias=False),
        Node(f"{name}_bn3", "batch_norm"),
    ]
