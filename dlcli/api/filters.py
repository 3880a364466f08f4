"""The filters of a convolutional model, and what they answer to an example of its data or to a picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dlcli import runs
from dlcli.api.evaluation import stored_split
from dlcli.api.loaded_model import LoadedModel
from dlcli.api.transfer import start
from dlcli.assembly import build_reader
from dlcli.core import INPUT, ConfigError, DataError, formatting, unknown_name
from dlcli.data import DatasetReader, FileFormat, ImageFormat, Preprocessor, Split, Values, bundled
from dlcli.data.images import ImageConversion, decode_many
from dlcli.nn import Convolution, ConvTranspose2D, Graph, Shape, ShapeError, ancestors
from dlcli.reports import FilterView, filters_png
from dlcli.runs import RunFolder, files
from dlcli.spec import Overrides, load_spec

#: pictures that come with scikit-learn, by their names
SAMPLE_PICTURES = ("china", "flower")
#: feature maps of larger pictures would take gigabytes
LONGEST_SIDE = 2048


@dataclass(frozen=True)
class FilterFigure:
    """What was drawn.

    Args:
        png: the picture.
        name: of the experiment.
        folder: of the run; None for a config.
        layer: name of the node.
        type: of its layer.
        filters_shape: (f_h, f_w, C, K) of its filters; None for a layer without.
        maps_shape: (P, Q, K) of its result.
        caption: what the result is of.
    """

    png: bytes
    name: str
    folder: RunFolder | None
    layer: str
    type: str
    filters_shape: tuple[int, ...] | None
    maps_shape: tuple[int, ...]
    caption: str

    @property
    def file(self) -> Path:
        """Where the picture belongs: in the run's report, or beside one's work."""
        if self.folder is None:
            return Path(f"{self.name}-{self.layer}.png")
        return self.folder.path / files.filters(self.layer)


@dataclass(frozen=True)
class _Subject:
    """A model and where its examples come from: the splits of a config, or what is stored of a run."""

    name: str
    model: Graph
    preprocessor: Preprocessor
    splits: dict[str, Split] | None
    loaded: LoadedModel | None
    #: how the training data is read
    reader: DatasetReader | FileFormat

    def split(self, wanted: str | None) -> Split:
        names = list(self.splits or ()) if self.loaded is None else list(self.loaded.folder.read_arrays(files.SPLITS))
        name = wanted or ("dev" if "dev" in names else "train")
        if name not in names:
            raise ConfigError(f"{name!r}: {unknown_name('split', name, names)}", code="unknown_name")
        return stored_split(self.loaded, name, names) if self.loaded is not None else (self.splits or {})[name]


def filters(
    config_or_run: str | Path,
    *,
    layer: str | None = None,
    example: int = 0,
    split: str | None = None,
    picture: str | Path | None = None,
    overrides: Overrides = (),
    runs_dir: str | Path = "runs",
) -> FilterFigure:
    """Draw the filters of a layer and its feature maps.

    Args:
        config_or_run: a config file, whose model has its initial weights, or a run.
        layer: a node whose result is an image; None for the first convolution.
        example: position in the split, from 0.
        split: of the example; None for dev, or train where there is no dev.
        picture: a file that is shown in the place of an example, or china or flower for one of scikit-learn's.
        overrides: of the config.
        runs_dir: the folder that runs are looked for in.

    Raises:
        ConfigError: there is no such config, run, layer or split, or the model is none for images.
        DataError: the data or the picture is missing or damaged, or there is no such example.
    """
    subject = _subject(config_or_run, overrides, Path(runs_dir))
    model = subject.model
    name = _chosen(model, layer)
    if picture is not None:
        image, caption = _decoded(subject, name, picture)
        inputs = subject.preprocessor.scaling.apply(image[np.newaxis])
    else:
        inputs, caption = _example(subject.split(split), subject.preprocessor, example)
        image = subject.preprocessor.scaling.inverse(inputs)[0]
    maps = model.node_outputs(inputs.astype(np.float32), [name])[name][0]
    weights = _filters_of(model, name)
    shown = image if image.ndim == 3 and image.shape[-1] in (1, 3) else None
    note = "the weights that training starts from" if subject.loaded is None else f"run {subject.loaded.folder.id}"
    view = FilterView(f"Filters and feature maps: {subject.name}", note, name, weights, shown, caption, maps)
    return FilterFigure(
        png=filters_png(view),
        name=subject.name,
        folder=None if subject.loaded is None else subject.loaded.folder,
        layer=name,
        type=next(node.type for node in model.nodes if node.name == name),
        filters_shape=None if weights is None else weights.shape,
        maps_shape=maps.shape,
        caption=caption,
    )


def _subject(config_or_run: str | Path, overrides: Overrides, runs_dir: Path) -> _Subject:
    path = Path(config_or_run)
    if path.is_file():
        experiment, _ = start(load_spec(path, overrides), runs_dir=runs_dir)
        experiment.model.eval()
        data = experiment.data
        reader = build_reader(experiment.spec)
        return _Subject(experiment.spec.name, experiment.model, data.preprocessor, dict(data.splits), None, reader)
    loaded = LoadedModel(runs.find(runs_dir, str(config_or_run)))
    return _Subject(loaded.spec.name, loaded.model, loaded.preprocessor, None, loaded, build_reader(loaded.spec))


def _chosen(model: Graph, layer: str | None) -> str:
    """The node to be shown.

    Raises:
        ConfigError: there is no such node, or its result is no image.
    """
    images = [node.name for node in model.nodes if len(model.shapes[node.name]) == 3]
    if layer is None:
        found = next((name for name in images if isinstance(model.layers[name], Convolution | ConvTranspose2D)), None)
        if found is None:
            types = ", ".join(dict.fromkeys(node.type for node in model.nodes))
            raise ConfigError(f"this model has no convolution; its layers are {types}", code="not_applicable")
        return found
    if layer in model.layers and layer not in images:
        shape = model.shapes[layer]
        raise ConfigError(
            f"the result of {layer} is no image (height, width, channels), but {shape}", code="not_applicable"
        )
    if layer not in images:
        raise ConfigError(f"{layer!r}: {unknown_name('layer with an image', layer, images)}", code="unknown_name")
    return layer


def _filters_of(model: Graph, name: str) -> np.ndarray | None:
    """(f_h, f_w, C, K) the weights of a convolution; None for another layer."""
    layer = model.layers[name]
    if isinstance(layer, Convolution):
        return layer.weight.data
    return layer.weight.data.transpose(0, 1, 3, 2) if isinstance(layer, ConvTranspose2D) else None


def _example(split: Split, preprocessor: Preprocessor, number: int) -> tuple[np.ndarray, str]:
    """(1, …) an example as the model gets it, and what it is called.

    Raises:
        DataError: there is no such example.
    """
    if not 0 <= number < len(split):
        raise DataError(
            f"{split.name} has "
            f"{formatting.count(len(split), 'example')}, numbered from 0; there is no example {number}",
            code="out_of_range",
        )
    batch = split.gather(np.array([number]))
    caption = f"example {number} of {split.name}"
    if split.ids[number] != number:
        caption += f", id {split.ids[number]}"
    names = preprocessor.class_names
    if names is not None and batch.targets is not None and not isinstance(preprocessor.targets, Values):
        caption += f", class {names[int(batch.targets[0])]}"
    return batch.inputs, caption


def _decoded(subject: _Subject, layer: str, picture: str | Path) -> tuple[np.ndarray, str]:
    """(H, W, C) the pixels of a picture, in its own size where the layers take it, else in the model's.

    Raises:
        ConfigError: the model is none for pictures.
        DataError: the file is missing, damaged or too large.
    """
    shape = subject.model.input_shape
    if len(shape) != 3 or shape[-1] not in (1, 3):
        raise ConfigError(f"this model takes no pictures: its inputs are {shape}", code="not_applicable")
    sample = str(picture) in SAMPLE_PICTURES and not Path(picture).is_file()
    path = bundled(f"{picture}.jpg", "images") if sample else Path(picture)
    bits = subject.reader.form.bits if isinstance(subject.reader, ImageFormat) else None
    form = ImageConversion(channels=1 if shape[-1] == 1 else 3, bits=bits)
    ((pixels,),) = decode_many([path], form)
    if max(pixels.shape) > LONGEST_SIDE:
        found = f"is {pixels.shape[1]} × {pixels.shape[0]} pixels"
        raise DataError(
            f"{found}; feature maps are drawn of pictures up to {LONGEST_SIDE:,}", code="too_large", file=str(path)
        )
    per_pixel = subject.preprocessor.scaling.shift.shape[:2] not in ((), (1, 1))
    if per_pixel or not _takes(subject.model, layer, pixels.shape):
        ((pixels,),) = decode_many([path], replace(form, size=shape[:2], resize="crop"))
    return pixels, path.name


def _takes(model: Graph, layer: str, shape: Shape) -> bool:
    """Whether the layers up to `layer` can work on inputs of another shape."""
    shapes = {INPUT: shape}
    needed = ancestors(model.nodes, {layer})
    try:
        for node in model.nodes:
            if node.name in needed:
                shapes[node.name] = model.layers[node.name].output_shape(*[shapes[name] for name in node.inputs])
    except ShapeError:
        return False
    return True
