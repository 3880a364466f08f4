from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data import DataPaths, DatasetReader, embedded
from dlcli.data.embedded import BreastCancer, Diabetes, Digits, Iris, Wine, bundled_file


@pytest.mark.parametrize(
    ("reader", "loader", "options"),
    [
        (Digits(), "load_digits", {}),
        (BreastCancer(), "load_breast_cancer", {}),
        (Iris(), "load_iris", {}),
        (Wine(), "load_wine", {}),
        (Diabetes(), "load_diabetes", {"scaled": False}),
    ],
)
def test_the_data_equals_that_of_scikit_learn(reader: DatasetReader, loader: str, options: dict[str, bool]):
    from sklearn import datasets

    expected = getattr(datasets, loader)(**options)
    raw = reader.read(DataPaths())
    assert np.array_equal(raw.examples.inputs.reshape(expected.data.shape), expected.data)
    assert np.array_equal(raw.examples.targets, expected.target)
    if raw.examples.feature_names:
        assert list(raw.examples.feature_names) == list(expected.feature_names)
    if raw.class_names is not None:
        assert list(raw.class_names) == [str(name) for name in expected.target_names]


def test_digits_are_images():
    assert Digits().read(DataPaths()).examples.inputs.shape == (1797, 8, 8, 1)


def test_scikit_learn_is_not_imported_for_its_files():
    import subprocess
    import sys

    code = (
        "import sys; from dlcli.data import DataPaths; from dlcli.data.embedded import Digits;"
        "Digits().read(DataPaths());"
        "sys.exit('sklearn' in sys.modules or 'pyarrow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_file_or_package_is_an_error(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(DataError, match=r"1\.4") as file:
        bundled_file("boston.csv")
    assert file.value.code == "missing_file"
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    with pytest.raises(DataError) as package:
        bundled_file("iris.csv")
    assert package.value.code == "missing_package"
