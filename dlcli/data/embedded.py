"""Real data sets of scikit-learn, read from its files without importing it, which would take a second."""

# ruff: noqa: ARG002 - readers take the data paths; these do not need them

from __future__ import annotations

from abc import abstractmethod
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import numpy as np

from dlcli.core import DataError, register
from dlcli.data.data_paths import DataPaths, sha256
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.raw_data import RawData
from dlcli.data.readers import DatasetReader
from dlcli.data.targets import ClassLabels, Values


def bundled_file(name: str, folder: str = "data") -> Path:
    """Return the path of a file in one of scikit-learn's folders: `data`, or `images`.

    Raises:
        DataError: scikit-learn is not installed, or does not have the file.
    """
    package = find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise DataError(
            "the data set is part of scikit-learn, which is not installed: pip install scikit-learn",
            code="missing_package",
        )
    path = Path(package.submodule_search_locations[0]) / "datasets" / folder / name
    if not path.is_file():
        raise DataError(
            "this version of scikit-learn does not have the file; versions from 1.4 on do",
            code="missing_file",
            file=str(path),
        )
    return path


class _Embedded(DatasetReader):
    """A file of scikit-learn with one example per line and the label in the last column."""

    file: ClassVar[str]
    target_name: ClassVar[str]
    feature_names: ClassVar[tuple[str, ...]] = ()
    class_names: ClassVar[tuple[str, ...]]
    description: ClassVar[str]

    def read(self, data_paths: DataPaths) -> RawData:
        path = bundled_file(self.file)
        inputs, labels = self.parse(path)
        examples = Examples(
            inputs,
            labels.astype(np.int64),
            row_numbers(len(inputs)),
            feature_names=self.feature_names,
            target_names=(self.target_name,),
        )
        return RawData(
            examples, {path.name: sha256(path)}, self.description, class_names=self.class_names, targets=ClassLabels
        )

    @abstractmethod
    def parse(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs and labels."""


class _EmbeddedTable(_Embedded):
    """A file whose first line has the number of rows and the class names."""

    def parse(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        table = np.loadtxt(path, delimiter=",", skiprows=1)
        return table[:, :-1], table[:, -1]


@register("dataset", "digits")
class Digits(_Embedded):
    """1,797 handwritten digits of 8×8 gray pixels from 0 to 16, 10 classes (UCI)."""

    file = "digits.csv.gz"
    target_name = "digit"
    class_names = tuple(map(str, range(10)))
    description = "Optical recognition of handwritten digits: 1,797 images of 8×8 pixels, 10 classes (UCI)"

    def parse(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        table = np.loadtxt(path, delimiter=",")
        return table[:, :-1].reshape(-1, 8, 8, 1), table[:, -1]


@register("dataset", "breast_cancer")
class BreastCancer(_EmbeddedTable):
    """569 breast tumors described by 30 measures of their cell nuclei; malignant or benign (Wisconsin, UCI)."""

    file = "breast_cancer.csv"
    target_name = "diagnosis"
    class_names = ("malignant", "benign")
    description = "Breast cancer Wisconsin (diagnostic): 569 tumors, 30 measures, malignant or benign (UCI)"
    _measures = (
        "radius", "texture", "perimeter", "area", "smoothness",
        "compactness", "concavity", "concave points", "symmetry", "fractal dimension",
    )  # fmt: skip
    feature_names = (
        *(f"mean {measure}" for measure in _measures),
        *(f"{measure} error" for measure in _measures),
        *(f"worst {measure}" for measure in _measures),
    )


@register("dataset", "iris")
class Iris(_EmbeddedTable):
    """150 iris flowers, 4 lengths in cm, 3 species (Fisher, 1936)."""

    file = "iris.csv"
    target_name = "species"
    class_names = ("setosa", "versicolor", "virginica")
    description = "Iris: 150 flowers, 4 lengths, 3 species (Fisher, 1936)"
    feature_names = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")


@register("dataset", "wine")
class Wine(_EmbeddedTable):
    """178 wines from 3 growers in one region, 13 chemical measures (UCI)."""

    file = "wine_data.csv"
    target_name = "grower"
    class_names = ("class_0", "class_1", "class_2")
    description = "Wine recognition: 178 wines, 13 chemical measures, 3 growers (UCI)"
    feature_names = (
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
        "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline",
    )  # fmt: skip


@register("dataset", "diabetes")
class Diabetes(DatasetReader):
    """442 diabetes patients, 10 measures in original units; the target is the disease progression after a year."""

    def read(self, data_paths: DataPaths) -> RawData:
        inputs_path, targets_path = bundled_file("diabetes_data_raw.csv.gz"), bundled_file("diabetes_target.csv.gz")
        examples = Examples(
            np.loadtxt(inputs_path),
            np.loadtxt(targets_path),
            row_numbers(442),
            feature_names=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
            target_names=("progression",),
        )
        return RawData(
            examples,
            {path.name: sha256(path) for path in (inputs_path, targets_path)},
            "Diabetes: 442 patients, 10 measures, progression after one year (Efron et al., 2004)",
            targets=Values,
        )
