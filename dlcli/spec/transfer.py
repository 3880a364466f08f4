"""Weights to start from: the keys of `model` that stand beside an architecture or a list of layers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from dlcli.core import PositiveFloat, PositiveInt
from dlcli.spec.mistake import Mistake, mistaken
from dlcli.spec.section import Section, fields_of

FROM = "from"


class TransferSection(Section):
    """Weights of a trained model to start from, instead of random ones.

    Args:
        from: a run (its folder, id or name) or a .safetensors file in the names of dlcli, torchvision or timm.
        replace_head: make the last layer with parameters anew, for the classes of this data; false keeps its weights.
        train: which layers are trained, head, all, or the last so many that have parameters; new ones always are.
        reinitialize: names of other layers to be made anew, as `dlcli show` prints them.
        ignore: names of arrays in the source, or of the modules they are in, that the model may lack; an error without,
            except for a head that is replaced and auxiliary heads.
        naming: names and layouts of the weights in a file, dlcli or torch; null = those that fit.
        learning_rate_scale: the learning rate of layers that are not new, as a multiple of the optimizer's.
    """

    source: str = Field(alias="from", min_length=1)
    replace_head: bool = True
    train: Literal["head", "all"] | PositiveInt = "all"
    reinitialize: list[str] = Field(default_factory=list)
    ignore: list[str] = Field(default_factory=list)
    naming: Literal["dlcli", "torch"] | None = None
    learning_rate_scale: PositiveFloat = 1.0


#: how files of weights end; only the first kind is read
WEIGHT_ENDINGS = (".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".pkl", ".npz", ".h5", ".onnx")

#: no option of an architecture may be called like one of these
KEYS = tuple(fields_of(TransferSection))


def is_path(source: str) -> bool:
    """Whether the weights are looked for in the file system, not among the runs: by a slash or the ending of a file."""
    return "/" in source or "\\" in source or source.lower().endswith(WEIGHT_ENDINGS)


def check_transfer(model: dict[str, Any]) -> TransferSection | None:
    """The keys of a model's mapping that say where its weights come from; None when it starts from random ones.

    Raises:
        ValidationError: holding `Mistake`s.
    """
    written = {key: value for key, value in model.items() if key in KEYS}
    if written.get(FROM) is not None:
        return TransferSection.model_validate(written)
    lonely = [key for key in written if key != FROM]
    if lonely:
        raise mistaken(
            [
                Mistake((key,), "has no meaning without model.from, the weights to start from", "not_applicable")
                for key in lonely
            ]
        )
    return None
