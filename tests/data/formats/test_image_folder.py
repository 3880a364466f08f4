from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dlcli.core import ConfigError, DataError, registry
from dlcli.data import ClassLabels, Data, DataPaths, DatasetReader, FileFormat, load_data, new_data
from dlcli.data.formats import Idx, ImageFolder, Npz
from dlcli.settings import SplitOptions


def save(path: Path, value: int = 0, size: tuple[int, int] = (6, 4), mode: str = "L") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full(size, value, np.uint8)).convert(mode).save(path)
    return path


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Five cats from 10 and five dogs from 200, four of each by number, one below."""
    for label, value in (("cat", 10), ("dog", 200)):
        for number in range(4):
            save(tmp_path / "pets" / label / f"{number}.png", value + number)
        save(tmp_path / "pets" / label / "more" / "9.png", value + 9)
    return tmp_path / "pets"


def data_paths(folder: Path) -> DataPaths:
    return DataPaths(config_folder=folder, environment={"XDG_CACHE_HOME": str(folder / "cache")})


def load(reader: DatasetReader | FileFormat, folder: Path, **split: Any) -> Data:
    return load_data(reader, data_paths(folder), split=SplitOptions(**(split or {"train": 1.0})), seed=0)


def test_folders_are_classes_and_files_are_known_by_their_paths(pets: Path):
    raw = ImageFolder(path="pets").read(data_paths(pets.parent))
    assert raw.examples.inputs.shape == (10, 6, 4, 1)
    assert raw.examples.targets is not None
    assert raw.examples.targets.tolist() == ["cat"] * 5 + ["dog"] * 5
    assert raw.examples.ids.tolist()[:5] == ["cat/0.png", "cat/1.png", "cat/2.png", "cat/3.png", "cat/more/9.png"]
    assert raw.examples.inputs[:, 0, 0, 0].tolist() == [10, 11, 12, 13, 19, 200, 201, 202, 203, 209]
    assert raw.description.startswith("pets: 10 images ")
    assert raw.description.endswith(" 6 × 4 × 1, 2 classes")
    assert (raw.targets, raw.test, raw.warnings) == (ClassLabels, None, ())


def test_the_fingerprint_is_of_names_and_contents(pets: Path):
    reader = ImageFolder(path="pets")
    before = reader.read(data_paths(pets.parent)).fingerprint
    assert [*before] == ["pets"]
    assert (
        registry.make(ImageFolder, path="pets", cache=False, size=8).read(data_paths(pets.parent)).fingerprint == before
    )
    (pets / "dog" / "0.png").rename(pets / "dog" / "5.png")
    renamed = reader.read(data_paths(pets.parent)).fingerprint
    save(pets / "dog" / "5.png", 77)
    assert len({before["pets"], renamed["pets"], reader.read(data_paths(pets.parent)).fingerprint["pets"]}) == 3


def test_large_data_stays_in_the_cache_and_is_transformed_batch_by_batch(pets: Path):
    small = load(ImageFolder(path="pets"), pets.parent, train=0.8, dev=0.2, stratify=True)
    large = load(
        registry.make(ImageFolder, path="pets", memory_limit_mib=1, size=300),
        pets.parent,
        train=0.8,
        dev=0.2,
        stratify=True,
    )
    assert isinstance(small.splits["train"].inputs, np.ndarray)
    batch = large.splits["train"].gather(np.array([0, 3]))
    assert not isinstance(large.splits["train"].inputs, np.ndarray)
    assert batch.inputs.shape == (2, 300, 300, 1)
    assert np.array_equal(large.splits["dev"].ids, small.splits["dev"].ids)


def test_a_given_test_set_and_files_of_the_splits(pets: Path):
    save(pets.parent / "new" / "dog" / "a.png", 210)
    save(pets.parent / "new" / "cat" / "b.png", 20)
    given = load(ImageFolder(path="pets", test_path="new"), pets.parent, train=0.8, dev=0.2, stratify=True)
    assert {name: len(split) for name, split in given.splits.items()} == {"train": 8, "dev": 2, "test": 2}
    assert given.splits["test"].ids.tolist() == ["cat/b.png", "dog/a.png"]
    files = load(ImageFolder(), pets.parent, files={"train": "pets", "dev": "new"}, train=1.0)
    assert {name: len(split) for name, split in files.splits.items()} == {"train": 10, "dev": 2}
    assert set(files.fingerprint) == {"pets", "new"}
    save(pets.parent / "new" / "cat" / "c.png", size=(5, 5))
    with pytest.raises(DataError, match=r"5 × 5 .*cat/0\.png .*4 × 6"):
        load(ImageFolder(), pets.parent, files={"train": "pets", "dev": "new"}, train=1.0)


def test_hidden_files_are_passed_over_and_others_mentioned(pets: Path):
    (pets / ".DS_Store").write_text("x")
    (pets / "__MACOSX").mkdir()
    (pets / "cat" / ".hidden.png").write_text("x")
    (pets / "cat" / "notes.txt").write_text("x")
    raw = ImageFolder(path="pets").read(data_paths(pets.parent))
    assert len(raw.examples) == 10
    (warning,) = raw.warnings
    assert warning.startswith(f"{pets}: 1 file ") and "cat/notes.txt" in warning


def nothing(pets: Path) -> None:
    pass


def empty_class(pets: Path) -> None:
    (pets / "fish").mkdir()
    (pets / "fish" / "notes.txt").write_text("none yet")


def no_classes(pets: Path) -> None:
    for folder in ("cat", "dog"):
        (pets / folder).rename(pets.parent / folder)


def loose(pets: Path) -> None:
    no_classes(pets)
    save(pets / "a.png")


def one_class(pets: Path) -> None:
    (pets / "dog").rename(pets.parent / "dog")


def splits(pets: Path) -> None:
    for folder in ("cat", "dog"):
        (pets / folder).rename(pets / {"cat": "train", "dog": "val"}[folder])


def corrupt(pets: Path) -> None:
    (pets / "dog" / "2.png").write_bytes(b"\x89PNG broken")


def color(pets: Path) -> None:
    save(pets / "dog" / "3.png", mode="RGB")


@pytest.mark.parametrize(
    ("spoil", "options", "file", "message"),
    [
        (nothing, {"path": "pest"}, "pest", "no such folder"),
        (nothing, {"path": "pets/cat/0.png"}, "pets/cat/0.png", "is a file"),
        (empty_class, {}, "pets/fish", "no image"),
        (no_classes, {}, "pets", "no folders"),
        (loose, {}, "pets", "images but no folders"),
        (one_class, {}, "pets", "only cat"),
        (splits, {}, "pets", r"files: \{train: pets/train, dev: pets/val\}"),
        (corrupt, {}, "pets/dog/2.png", "JPEG, PNG"),
        (color, {}, "pets/dog/3.png", r"color, .* gray"),
        (nothing, {"size": [5, 5], "resize": "none"}, "pets/cat/0.png", "5 × 5"),
    ],
)
def test_invalid_folders_are_errors_that_name_them(
    pets: Path, spoil: Any, options: dict[str, Any], file: str, message: str
):
    spoil(pets)
    with pytest.raises(DataError, match=message) as caught:
        registry.make(ImageFolder, **{"path": "pets"} | options).read(data_paths(pets.parent))
    assert str(caught.value.file).endswith(file)
    assert "\n" not in str(caught.value)


def test_conflicting_options_are_rejected():
    with pytest.raises(ConfigError, match=r"\[3, 4, 5\]") as caught:
        registry.make(ImageFolder, path="pets", size=[3, 4, 5])
    assert caught.value.key == "size"
    with pytest.raises(ConfigError) as too_large:
        registry.make(ImageFolder, path="pets", size=[64, 100_000])
    assert (too_large.value.code, too_large.value.key) == ("out_of_range", "size")
    with pytest.raises(ConfigError) as sizeless:
        registry.make(ImageFolder, path="pets", resize="none")
    assert (sizeless.value.code, sizeless.value.key) == ("missing_key", "size")
    with pytest.raises(ConfigError) as pathless:
        ImageFolder().read(DataPaths())
    assert (pathless.value.code, pathless.value.key) == ("missing_key", "path")


def test_progress_is_reported(pets: Path):
    progress_calls: list[tuple[str, int, int]] = []
    somewhere = dataclasses.replace(data_paths(pets.parent), on_read=lambda *progress: progress_calls.append(progress))
    ImageFolder(path="pets").read(somewhere)
    assert progress_calls == [("images of pets", 0, 10), ("images of pets", 10, 10)]
    ImageFolder(path="pets").read(somewhere)
    assert len(progress_calls) == 2  # the second time, the images are already available


# ---- new pictures ----


def test_a_picture_a_folder_of_pictures_and_class_folders_are_new_data(pets: Path):
    reader = registry.make(ImageFolder, path="pets", size=8)
    preprocessor = load(reader, pets.parent).preprocessor
    one = new_data(save(pets.parent / "one.png", 12, (30, 20), "RGB"), reader, preprocessor, require_targets=False)
    assert (one.ids.tolist(), one.targets) == (["one.png"], None)
    assert isinstance(one.inputs, np.ndarray)
    assert one.inputs.shape == (1, 8, 8, 1)
    many = new_data(pets, reader, preprocessor, require_targets=False)
    assert many.ids.tolist()[4:6] == ["cat/more/9.png", "dog/0.png"]
    assert many.targets is None
    split = new_data(pets, reader, preprocessor, require_targets=True)
    assert split.targets is not None
    assert split.targets.tolist() == [0] * 5 + [1] * 5


def test_new_images_without_labels_or_of_another_shape_are_rejected(pets: Path):
    reader = ImageFolder(path="pets")
    preprocessor = load(reader, pets.parent).preprocessor
    with pytest.raises(DataError, match="no label"):
        new_data(pets / "cat" / "0.png", reader, preprocessor, require_targets=True)
    with pytest.raises(DataError, match="no folders"):
        new_data(pets / "cat" / "more", reader, preprocessor, require_targets=True)
    other = save(pets.parent / "other.png", size=(9, 9))
    with pytest.raises(DataError, match=r"9 × 9 .* 4 × 6$"):
        new_data(other, reader, preprocessor, require_targets=False)
    (pets.parent / "none").mkdir()
    with pytest.raises(DataError) as empty:
        new_data(pets.parent / "none", reader, preprocessor, require_targets=False)
    assert empty.value.code == "empty_data"
    save(pets.parent / "zoo" / "lion" / "0.png")
    with pytest.raises(DataError, match="'lion'"):
        new_data(pets.parent / "zoo", reader, preprocessor, require_targets=True)


def test_a_model_trained_on_idx_files_reads_images_and_class_names(pets: Path, tmp_path: Path):
    images, labels = np.arange(4 * 25, dtype=np.uint8).reshape(4, 5, 5), np.array([0, 1, 0, 1], np.uint8)
    for name, array in (("x.idx", images), ("y.idx", labels)):
        shape = b"".join(length.to_bytes(4, "big") for length in array.shape)
        (tmp_path / name).write_bytes(bytes([0, 0, 8, array.ndim]) + shape + array.tobytes())
    reader = Idx(path="x.idx", targets_path="y.idx", class_names=["cat", "dog"])
    preprocessor = load(reader, tmp_path).preprocessor
    split = new_data(pets, reader, preprocessor, require_targets=True)
    assert split.inputs.shape == (10, 5, 5, 1)
    assert split.targets is not None
    assert split.targets.tolist() == [0] * 5 + [1] * 5


def test_a_model_trained_on_other_arrays_rejects_images(pets: Path, tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).normal(size=(4, 5, 5, 1)), y=np.array([0, 1, 0, 1]))
    reader = Npz(path="a.npz", inputs="x", targets="y")
    preprocessor = load(reader, tmp_path).preprocessor
    with pytest.raises(DataError) as caught:
        new_data(pets, reader, preprocessor, require_targets=False)
    assert caught.value.code == "not_applicable"


def test_links_to_folders_are_followed_and_pipes_are_skipped(pets: Path):
    save(pets.parent / "store" / "7.png", 207)
    (pets / "dog" / "batch").symlink_to(pets.parent / "store")
    (pets.parent / "store" / "loop").symlink_to(pets / "dog")
    os.mkfifo(pets / "cat" / "pipe.png")
    raw = ImageFolder(path="pets").read(data_paths(pets.parent))
    assert raw.examples.ids.tolist()[-1] == "dog/batch/7.png"
    assert len(raw.examples) == 11
    assert [warning.split(",")[-1].split()[-1] for warning in raw.warnings] == ["cat/pipe.png", "dog/batch/loop"]
