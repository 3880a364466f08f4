from __future__ import annotations

import json

import pytest

from dlcli.core import DataError
from dlcli.data import encoding
from dlcli.data.encoding import TableEncoder
from dlcli.data.table import Table, column_of


@pytest.fixture
def table() -> Table:
    return Table(
        {
            "age": column_of([30, None, 50, 40]),
            "height": column_of([1.5, 1.6, 1.7, 1.8]),
            "job": column_of(["nurse", "baker", None, "nurse"]),
            "sex": column_of(["f", "m", "f", "m"]),
        }
    )


def test_numbers_stay_words_become_one_hot_and_missing_is_marked(table: Table):
    encoder = TableEncoder.fit(table)
    assert encoder.names == (
        "age", "age is missing", "height", "job=baker", "job=nurse", "job=<missing>", "sex=f", "sex=m",
    )  # fmt: skip
    expected = [
        [30, 0, 1.5, 0, 1, 0, 1, 0],
        [40, 1, 1.6, 1, 0, 0, 0, 1],  # the median of 30, 40, 50
        [50, 0, 1.7, 0, 0, 1, 1, 0],
        [40, 0, 1.8, 0, 1, 0, 0, 1],
    ]
    assert encoder.encode(table).tolist() == expected
    assert encoder.scaled.tolist() == [True, False, True, False, False, False, False, False]


def test_an_unknown_word_is_all_zeros_and_counted(table: Table):
    encoder = TableEncoder.fit(table)
    new = Table(
        {
            "sex": column_of([None, "m"]),
            "job": column_of(["smith", "smith"]),
            "height": column_of([None, 1.0]),
            "age": column_of([1, 2]),
            "more": column_of([0, 0]),
        }
    )
    assert encoder.encode(new).tolist() == [[1, 0, 1.65, 0, 0, 0, 0, 0], [2, 0, 1, 0, 0, 0, 0, 1]]
    assert encoder.unknown_categories(new) == {"job": 2, "sex": 1}
    assert encoder.unknown_categories(table) == {}


def test_json_round_trip(table: Table):
    encoder = TableEncoder.fit(table)
    assert TableEncoder.from_json(json.loads(json.dumps(encoder.to_json()))) == encoder


def test_a_column_without_values_is_rejected():
    with pytest.raises(DataError, match="column a:") as caught:
        TableEncoder.fit(Table({"a": column_of([None, None])}))
    assert caught.value.code == "missing_value"


def test_missing_and_mistyped_columns_are_named(table: Table):
    encoder = TableEncoder.fit(table)
    with pytest.raises(DataError, match=r"height: .* did you mean hight") as missing:
        encoder.encode(Table({"age": column_of([1]), "hight": column_of([1])}))
    assert missing.value.code == "missing_column"
    with pytest.raises(DataError, match=r"age .*numeric") as mistyped:
        encoder.encode(Table({**table.columns, "age": column_of(["a", "b", "c", "d"])}))
    assert mistyped.value.code == "wrong_type"


def test_too_many_categories_are_rejected(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(encoding, "MAX_CATEGORIES", 3)
    with pytest.raises(DataError, match="column name: 4 ") as caught:
        TableEncoder.fit(Table({"name": column_of(["a", "b", "c", "d"])}))
    assert caught.value.code == "too_large"
