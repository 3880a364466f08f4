"""Picture files: one decoded, many decoded side by side, and kept so that it is done once."""

from __future__ import annotations

from dlcli.data.images.decode import ENDINGS, Bits, Channels, PictureForm, Resize, decode
from dlcli.data.images.decode_many import Model, decode_many
from dlcli.data.images.image_cache import PictureCache, Pictures

__all__ = [
    "ENDINGS",
    "Bits",
    "Channels",
    "Model",
    "PictureCache",
    "PictureForm",
    "Pictures",
    "Resize",
    "decode",
    "decode_many",
]
