"""Initial weights: the keys of `model` next to an architecture or a list of layers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from dlcli.core import PositiveFloat, PositiveInt
from dlcli.spec.mistake import Mistake, validation_error
from dlcli.spec.section import Section, fields_of

FROM = "from"


class TransferSection(Section):
    """Initial weights from a trained model instead of random ones.

    Args:
        from: Run (its folder, id or name) or .safetensors file with the names of dlcli, torchvision or timm.
        replace_head: Whether to replace the last layer with parameters by a new one for the classes of this data.
        train: Layers to train: head, all, or the last N with parameters; new layers are always trained.
        reinitialize: Names of other layers to reinitialize, as printed by `dlcli show`.
        ignore: Names of arrays or modules in the source that the model may lack. Any other missing array is an error,
            except those of a replaced head and of auxiliary heads.
        naming: Naming and layout of the weights in a file, dlcli or torch; null = detected.
        learning_rate_scale: Factor of the learning rate for layers that are not new.
    """

    source: str = Field(alias="from", min_length=1)
    replace_head: bool = True
    train: Literal["head", "all"] | PositiveInt = "all"
    reinitialize: list[str] = Field(default_factory=list)
    ignore: list[str] = Field(default_factory=list)
    naming: Literal["dlcli", "torch"] | None = None
    learning_rate_scale: PositiveFloat = 1.0


#: Suffixes of files of weights, of which only the first can be read.
WEIGHT_ENDINGS = (".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".pkl", ".npz", ".h5", ".onnx")

#: Reserved keys, which must not be options of an architecture.
KEYS = tuple(fields_of(TransferSection))


def is_path(source: str) -> bool:
    """Return whether a source is a path, recognized by a slash or a file suffix, and not the name of a run."""
    return "/" in source or "\\" in source or source.lower().endswith(WEIGHT_ENDINGS)


def check_transfer(model: dict[str, Any]) -> TransferSection | None:
    """Check the keys of initial weights in a model's mapping; None if the weights are random.

    Raises:
        ValidationError: The keys have mistakes.
    """
    section = {key: value for key, value in model.items() if key in KEYS}
    if section.get(FROM) is not None:
        return TransferSection.model_validate(section)
    mistakes = [
        Mistake((key,), "requires model.from, the source of the weights", "not_applicable")
        for key in section
        if key != FROM
    ]
    if mistakes:
        raise validation_error(mistakes)
    return None
