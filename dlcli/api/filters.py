"""Filters of a convolutional model, and their feature maps for an example of its data or for an image file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dlcli import runs
from dlcli.api.evaluation import stored_split
from dlcli.api.loaded_model import LoadedModel
from dlcli.api.training import start
from dlcli.assembly import build_reader
from dlcli.core import INPUT, ConfigError, DataError, unknown_name
from dlcli.data import DatasetReader, FileFormat, ImageFormat, Preprocessor, Split, bundled_file
from dlcli.data.images import ImageConversion, decode_many
from dlcli.nn import Convolution, ConvTranspose2D, Graph, GraphValues, Shape, ShapeError, ancestors
from dlcli.reports import FilterView, filters_png
from dlcli.runs import RunFolder, files
from dlcli.spec import Overrides, load_spec

#: Names of the images that come with scikit-learn.
SAMPLE_IMAGES = ("china", "flower")
#: Limit for the sides of an image in pixels: feature maps of larger images would take gigabytes.
LONGEST_SIDE = 2048


@dataclass(frozen=True)
class FilterFigure:
    """Figure of the filters and the feature maps of a layer.

    Args:
        png: Bytes of the PNG file.
        name: Name of the experiment.
        folder: Folder of the run; None for a config.
        layer: Name of the node.
        type: Type of the layer.
        filters_shape: Shape (f_h, f_w, C, K) of the filters; None for a layer without filters.
        maps_shape: Shape (P, Q, K) of the feature maps.
        caption: Description of the input.
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
        """File to write the figure to: in the run's report, or in the working directory for a config."""
        if self.folder is None:
            return Path(f"{self.name}-{self.layer}.png")
        return self.folder.path / files.filters(self.layer)


@dataclass(frozen=True)
class _Subject:
    """A model with the source of its examples: the splits of a config, or the stored splits of a run."""

    name: str
    model: Graph
    preprocessor: Preprocessor
    splits: dict[str, Split] | None
    loaded: LoadedModel | None
    #: Reader of the training data.
    reader: DatasetReader | FileFormat

    def split(self, requested: str | None) -> Split:
        names = list(self.splits or ()) if self.loaded is None else list(self.loaded.folder.read_arrays(files.SPLITS))
        name = requested or ("dev" if "dev" in names else "train")
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
        config_or_run: Config file, whose model has its initial weights, or a run.
        layer: Name of a node whose output is an image; None for the first convolution.
        example: Position of the example in the split, starting at 0.
        split: Split of the example; None for dev, or train if there is no dev split.
        picture: Image file to use instead of an example; `china` and `flower` name images of scikit-learn.
        overrides: Overrides of the config.
        runs_dir: Folder in which runs are looked up.

    Raises:
        ConfigError: The config, run, layer or split does not exist, or the inputs of the model are not images.
        DataError: The data or the image is missing or damaged, or the example does not exist.
    """
    subject = _subject(config_or_run, overrides, Path(runs_dir))
    model = subject.model
    name = _layer_name(model, layer)
    if picture is not None:
        image, caption = _read_image(subject, name, picture)
        inputs = subject.preprocessor.scaling.apply(image[np.newaxis])
    else:
        inputs, caption = _example(subject.split(split), subject.preprocessor, example)
        image = subject.preprocessor.scaling.inverse(inputs)[0]
    maps = model.node_outputs(inputs.astype(np.float32), [name])[name][0]
    weights = _filters_of(model, name)
    pixels = image if image.ndim == 3 and image.shape[-1] in (1, 3) else None
    note = "initial weights" if subject.loaded is None else f"run {subject.loaded.folder.id}"
    view = FilterView(f"Filters and feature maps: {subject.name}", note, name, weights, pixels, caption, maps)
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


def _layer_name(model: Graph, layer: str | None) -> str:
    """Return the name of the node to draw.

    Raises:
        ConfigError: The node does not exist, or its output is not an image.
    """
    images = [node.name for node in model.nodes if len(model.shapes[node.name]) == 3]
    if layer is None:
        first = next((name for name in images if isinstance(model.layers[name], Convolution | ConvTranspose2D)), None)
        if first is None:
            types = ", ".join(dict.fromkeys(node.type for node in model.nodes))
            raise ConfigError(f"this model has no convolution; its layers are {types}", code="not_applicable")
        return first
    if layer in model.layers and layer not in images:
        shape = model.shapes[layer]
        raise ConfigError(
            f"{layer}: expected an output of shape (height, width, channels), got {shape}", code="not_applicable"
        )
    if layer not in images:
        raise ConfigError(f"{layer!r}: {unknown_name('layer with an image', layer, images)}", code="unknown_name")
    return layer


def _filters_of(model: Graph, name: str) -> np.ndarray | None:
    """Return the weights (f_h, f_w, C, K) of a convolution; None for another layer."""
    layer = model.layers[name]
    if isinstance(layer, Convolution):
        return layer.weight.data
    return layer.weight.data.transpose(0, 1, 3, 2) if isinstance(layer, ConvTranspose2D) else None


def _example(split: Split, preprocessor: Preprocessor, number: int) -> tuple[np.ndarray, str]:
    """Return an example (1, …) as the model receives it, and its caption.

    Raises:
        DataError: The example does not exist.
    """
    if not 0 <= number < len(split):
        raise DataError(
            f"expected an example from 0 to {len(split) - 1} of {split.name}, got {number}", code="out_of_range"
        )
    batch = split.gather(np.array([number]))
    caption = f"example {number} of {split.name}"
    if split.ids[number] != number:
        caption += f", id {split.ids[number]}"
    names = preprocessor.targets.class_names
    if names is not None and batch.targets is not None:
        caption += f", class {names[int(batch.targets[0])]}"
    return batch.inputs, caption


def _read_image(subject: _Subject, layer: str, file: str | Path) -> tuple[np.ndarray, str]:
    """Return the pixels (H, W, C) of an image file, and its name.

    The image keeps its size if the layers and the normalization accept it; otherwise it is resized to the model's input
    size.

    Raises:
        ConfigError: The inputs of the model are not images.
        DataError: The file is missing, damaged or too large.
    """
    shape = subject.model.input_shape
    if len(shape) != 3 or shape[-1] not in (1, 3):
        raise ConfigError(
            f"expected a model of images with 1 or 3 channels, got inputs of shape {shape}", code="not_applicable"
        )
    is_sample = str(file) in SAMPLE_IMAGES and not Path(file).is_file()
    path = bundled_file(f"{file}.jpg", "images") if is_sample else Path(file)
    bits = subject.reader.conversion.bits if isinstance(subject.reader, ImageFormat) else None
    form = ImageConversion(channels=1 if shape[-1] == 1 else 3, bits=bits)
    ((pixels,),) = decode_many([path], form)
    if max(pixels.shape) > LONGEST_SIDE:
        message = f"expected sides of at most {LONGEST_SIDE:,} pixels, got {pixels.shape[1]:,} × {pixels.shape[0]:,}"
        raise DataError(message, code="too_large", file=str(path))
    # per-pixel statistics fit only the training size
    per_pixel = subject.preprocessor.scaling.shift.shape[:2] not in ((), (1, 1))
    if per_pixel or not _accepts(subject.model, layer, pixels.shape):
        ((pixels,),) = decode_many([path], replace(form, size=shape[:2], resize="crop"))
    return pixels, path.name


def _accepts(model: Graph, layer: str, shape: Shape) -> bool:
    """Whether the layers up to `layer` accept inputs of a shape other than the model's."""
    values = GraphValues.of_inputs({INPUT: shape})
    needed = ancestors(model.nodes, {layer})
    try:
        for node in model.nodes:
            if node.name in needed:
                values.add(node, model.layers[node.name])
    except ShapeError:
        return False
    return True
