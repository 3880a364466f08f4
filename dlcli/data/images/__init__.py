"""Picture files: one decoded, many decoded side by side, and kept so that it is done once."""

from __future__ import annotations

from dlcli.data.images.decode import ENDINGS, Bits, Channels, ImageConversion, Resize, decode
from dlcli.data.images.decode_many import Model, decode_many
from dlcli.data.images.image_cache import ImageArray, ImageCache

__all__ = [
    "ENDINGS",
    "Bits",
    "Channels",
    "ImageArray",
    "ImageCache",
    "ImageConversion",
    "Model",
    "Resize",
    "decode",
    "decode_many",
]
