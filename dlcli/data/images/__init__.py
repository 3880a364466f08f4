"""Image files: decode one, decode many in parallel, and cache the pixels."""

from __future__ import annotations

from dlcli.data.images.decode import ENDINGS, LONGEST_SIDE, Bits, Channels, ImageConversion, Resize, decode
from dlcli.data.images.decode_many import ReferenceShape, decode_many
from dlcli.data.images.image_cache import ImageArray, ImageCache

__all__ = [
    "ENDINGS",
    "LONGEST_SIDE",
    "Bits",
    "Channels",
    "ImageArray",
    "ImageCache",
    "ImageConversion",
    "ReferenceShape",
    "Resize",
    "decode",
    "decode_many",
]
