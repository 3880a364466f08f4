from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError, DlcliError, registry
from dlcli.data import DataPaths, RawData
from dlcli.data.formats import Csv
from dlcli.data.table import CategoricalColumn, NumericColumn, Table
from dlcli.data.targets import require_targets

PEOPLE = """age, job, pay, rich
30, nurse, 1e3, no
?, baker, 2000.5, yes
50, NA, -3, no
40, nurse, 4, yes
"""


def read(tmp_path: Path, content: str | bytes = PEOPLE, **options: Any) -> RawData:
    path = tmp_path / "people.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return registry.make(Csv, path="people.csv", **options).read(DataPaths(config_folder=tmp_path))


def columns(raw: RawData) -> dict[str, Any]:
    assert isinstance(raw.examples.inputs, Table)
    return dict(raw.examples.inputs.columns)


def test_kinds_are_inferred_and_the_last_column_is_the_label(tmp_path: Path):
    raw = read(tmp_path)
    table = columns(raw)
    assert list(table) == ["age", "job", "pay"]
    assert np.array_equal(table["age"].numbers, [30, np.nan, 50, 40], equal_nan=True)
    assert table["job"].values().tolist() == ["nurse", "baker", "", "nurse"]
    assert table["pay"].numbers.tolist() == [1000, 2000.5, -3, 4]
    assert raw.examples.targets.tolist() == ["no", "yes", "no", "yes"]
    assert raw.examples.ids.tolist() == [0, 1, 2, 3]
    assert raw.examples.target_names == ("rich",)
    (warning,) = raw.warnings
    assert "people.csv job: " in warning and "'NA' (1 of 4 " in warning
    assert read(tmp_path, missing_values=["NA"]).warnings == ()


@pytest.mark.parametrize("label", ["pay", 2, -2])
def test_the_label_by_name_or_number(tmp_path: Path, label: int | str):
    raw = read(tmp_path, label=label)
    assert raw.examples.target_names == ("pay",)
    assert raw.examples.feature_names == ("age", "job", "rich")
    assert raw.examples.targets.tolist() == [1000, 2000.5, -3, 4]


def test_several_targets(tmp_path: Path):
    raw = read(tmp_path, "a,b,c\n1,2,3\n4,5,6.5\n", label=["c", "a"])
    assert raw.examples.targets.tolist() == [[3, 1], [6.5, 4]]
    with pytest.raises(DataError, match="'nurse'") as caught:
        require_targets(read(tmp_path, label=["pay", "job"], default_missing_values=False).examples)
    assert caught.value.key == "job"


def test_columns_have_roles(tmp_path: Path):
    raw = read(tmp_path, label="rich", exclude=["job"], id="pay")
    assert raw.examples.feature_names == ("age",)
    assert raw.examples.ids.tolist() == ["1e3", "2000.5", "-3", "4"]
    assert set(raw.examples.fields) == {"age", "job", "pay", "rich"}
    assert read(tmp_path, features=["pay", "age"]).examples.feature_names == ("pay", "age")


def test_numbers_can_be_words(tmp_path: Path):
    table = columns(read(tmp_path, "zip,y\n01,0\n1,1\n", categorical=["zip"]))
    assert isinstance(table["zip"], CategoricalColumn)
    assert table["zip"].categories == ("01", "1")


def test_names_without_a_header(tmp_path: Path):
    body = PEOPLE.split("\n", 1)[1]
    assert read(tmp_path, body, columns=["a", "b", "c", "d"]).examples.feature_names == ("a", "b", "c")
    raw = read(tmp_path, body, header=False, label=2)
    assert raw.examples.feature_names == ("column_0", "column_1", "column_3")
    renamed = read(tmp_path, PEOPLE, header=True, columns=["a", "b", "c", "d"])
    assert len(renamed.examples) == 4


def test_other_separators_comments_and_lines_to_skip(tmp_path: Path):
    content = "made by hand\n% note\na;b\n'1;5';x\n% more\n2;y\n"
    table = columns(
        read(tmp_path, content, delimiter=";", quote="'", comment="%", skip_rows=1, label="b", categorical=["a"])
    )
    assert table["a"].categories == ("1;5", "2")


def test_a_test_file_is_read_like_the_training_file(tmp_path: Path):
    (tmp_path / "test.csv").write_text("|junk\n5,7,no.\n6,x,yes.\n")
    raw = read(
        tmp_path,
        "1,a,no\n2,b,yes\n",
        columns=["n", "w", "y"],
        test_path="test.csv",
        test_skip_rows=1,
        label_strip=".",
    )
    assert raw.test is not None
    assert raw.test.targets.tolist() == ["no", "yes"]
    assert isinstance(raw.test.inputs.columns["w"], CategoricalColumn)
    assert raw.test.inputs.columns["n"].numbers.tolist() == [5, 6]
    assert set(raw.fingerprint) == {"people.csv", "test.csv"}


def test_a_test_file_with_other_columns_is_rejected(tmp_path: Path):
    (tmp_path / "test.csv").write_text("agee, job, pay, rich\n1,a,2,no\n")
    with pytest.raises(DataError, match="did you mean agee"):
        read(tmp_path, test_path="test.csv")
    (tmp_path / "test.csv").write_text("age, job, pay, rich\nyoung,a,2,no\n")
    with pytest.raises(DataError, match="'young'") as caught:
        read(tmp_path, test_path="test.csv")
    assert (caught.value.file, caught.value.line, caught.value.key) == (str(tmp_path / "test.csv"), 2, "age")


def test_one_wrong_number_is_suspicious(tmp_path: Path):
    content = "a,y\n" + "".join(f"{n},{n % 2}\n" for n in range(30)) + "x7,1\n"
    raw = read(tmp_path, content)
    assert len(raw.warnings) == 1
    assert all(part in raw.warnings[0] for part in ("people.csv:32 a: ", "1 of 31", "'x7'"))
    assert read(tmp_path, content, categorical=["a"]).warnings == ()
    assert isinstance(columns(read(tmp_path, content, missing_values=["x7"]))["a"], NumericColumn)


def test_decimal_commas_are_suspicious(tmp_path: Path):
    content = "a;y\n" + "".join(f"{n},5;{n % 2}\n" for n in range(30))
    (warning,) = read(tmp_path, content, delimiter=";").warnings
    assert "people.csv:2 a: '0,5'" in warning
    assert read(tmp_path, content, delimiter=";", categorical=["a"]).warnings == ()


def test_utf_16_is_recognized(tmp_path: Path):
    (tmp_path / "people.csv").write_bytes("a,b\n1,2\n".encode("utf-16"))
    with pytest.raises(DlcliError, match="set encoding: utf-16"):
        Csv(path="people.csv").read(DataPaths(config_folder=tmp_path))
    assert (
        len(registry.make(Csv, path="people.csv", encoding="utf-16").read(DataPaths(config_folder=tmp_path)).examples)
        == 1
    )


ERRORS: list[tuple[str, dict[str, Any], str]] = [
    ("", {}, "people.csv: "),
    ("a,b\n", {}, "people.csv: "),
    ("a,b\n1,2\n3\n", {}, "people.csv:3: expected 2 cells"),
    ('a,b\n"1\n1",2\n\n3,4,5\n', {}, "people.csv:5: expected 2 cells"),
    ('a,b\n1,2\n3,"4\n5,6\n', {}, "people.csv:3: a quote"),
    ("a;b\n1;2\n", {"label": "b"}, "set delimiter: ';'"),
    ("a,b\n1,2\n", {"delimiter": ";"}, "set delimiter: ','"),
    ("a\tb\n1\t2\n", {}, "set delimiter: '\\t'"),
    ("a,b\r1,2\r", {}, "people.csv: the lines end"),
    ("a,b,a\n1,2,3\n", {}, "people.csv:1: two columns"),
    ("a,b\n1,2\n\nx,2\ny,3\n", {"numeric": ["a"]}, "people.csv:4 a: expected a number, got 'x' (and 1 more)"),
    ("a,b\n1,2\n2,inf\n", {"label": "a"}, "people.csv:3 b: inf is not finite"),
    ("a,b\n1,2\n2,1e39\n", {"label": "a"}, "people.csv:3 b: 1e+39 is not finite"),
    ("a,b\n1,2\n2,inf\n", {}, "people.csv:3 b: inf is not finite"),
    ("a,b\n1,2\n2,?\n3,\n", {}, "people.csv:3 b: the label"),
    ("a,b\n1,?\n", {"drop_missing_labels": True}, "people.csv:2 b: the label"),
    ("a,b\n1,2\n", {"label": "bb"}, "label: 'bb' in "),
    ("a,b\n1,2\n", {"label": 7}, "label: "),
    ("a,b\n1,2\n", {"exclude": ["c"]}, "exclude: 'c' in "),
    ("a,b\n1,2\n", {"exclude": ["a"]}, "features: "),
    ("a,b\n1,2\n", {"features": ["b"]}, "features: 'b'"),
    ("a,b\n1,2\n", {"numeric": ["a"], "categorical": ["a"]}, "categorical: 'a'"),
    ("a,b\n1,2\n", {"columns": ["x", "y", "z"]}, "people.csv:1: expected 3 cells"),
    ("a,b\n1,2\n", {"path": None}, "path: "),
]


@pytest.mark.parametrize(("content", "options", "message"), ERRORS)
def test_mistakes_have_a_place(tmp_path: Path, content: str, options: dict[str, Any], message: str):
    (tmp_path / "people.csv").write_text(content)
    with pytest.raises(DlcliError) as caught:
        raw = registry.make(Csv, **{"path": "people.csv", **options}).read(DataPaths(config_folder=tmp_path))
        require_targets(raw.examples)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rows_without_a_label_can_be_dropped(tmp_path: Path):
    raw = read(tmp_path, "a,g,b\n1,u,2\n2,v,?\n3,w,4\n", drop_missing_labels=True)
    assert raw.examples.targets.tolist() == [2, 4]
    assert raw.examples.ids.tolist() == [0, 2]
    assert raw.examples.field_values("g", "group_by").tolist() == ["u", "w"]


@pytest.mark.parametrize("options", [{"delimiter": ""}, {"delimiter": "ab"}, {"delimiter": "é"}, {"quote": "\n"}])
def test_separators_are_one_character(options: dict[str, str]):
    with pytest.raises(ConfigError, match="one ASCII character"):
        registry.make(Csv, path="a.csv", **options)


@pytest.mark.parametrize(
    ("options", "key"), [({"comment": ""}, "comment"), ({"delimiter": '"'}, "quote"), ({"quote": ","}, "quote")]
)
def test_options_of_the_dialect_conflict(options: dict[str, str], key: str):
    with pytest.raises(ConfigError) as caught:
        registry.make(Csv, path="a.csv", **options)
    assert caught.value.key == key


@pytest.mark.parametrize("options", [{"features": ["age", "age"]}, {"label": ["pay", "pay"]}])
def test_an_input_or_label_is_listed_once(tmp_path: Path, options: dict[str, list[str]]):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, **options)
    assert (caught.value.code, caught.value.key) == ("duplicate_name", *options)


def test_a_quote_that_is_open_at_the_end_loses_no_row(tmp_path: Path):
    with pytest.raises(DataError) as caught:
        read(tmp_path, 'a,y\n1,p\n5" b,"q\n1,p\n2,q\n')
    assert caught.value.line == 3
    assert read(tmp_path, 'a,y\n1,p\n5" b,"q\n1"').examples.targets.tolist() == ["p", "q\n1"]


def test_a_record_may_be_longer_than_a_block(tmp_path: Path):
    text = "word " * 4_000_000  # 20 MB
    raw = read(tmp_path, f'text,y\n"{text}",p\n5" disk,q\n', text="text")
    assert [len(raw.examples.inputs.bytes_of(row)) for row in range(2)] == [len(text), 7]


def test_a_delimiter_at_the_end_of_lines_but_the_header(tmp_path: Path):
    with pytest.raises(DataError) as caught:
        read(tmp_path, "a,y\n1,p,\n2,q,\n")
    assert caught.value.line == 2


def test_a_header_where_names_are_given(tmp_path: Path):
    with pytest.raises(DataError) as caught:
        read(tmp_path, "a,y\n1,p\n", columns=["a", "y"])
    assert caught.value.line == 1
    assert len(read(tmp_path, "a,y\n1,p\n", columns=["a", "y"], header=True).examples) == 1


@pytest.mark.parametrize("options", [{"comment": "#"}, {"skip_rows": 2}])
def test_lines_in_quotes_are_text(tmp_path: Path, options: dict[str, Any]):
    content = '# by hand\n\na,text,y\n1,"# one\n\ntwo",p\noops,"x",q\n'
    raw = read(tmp_path, content, text="text", **options)
    assert raw.examples.inputs.bytes_of(0) == b"# one\n\ntwo"
    with pytest.raises(DataError) as caught:
        read(tmp_path, content, numeric=["a"], **options)
    assert (caught.value.line, caught.value.key) == (7, "a")


def test_an_escaped_tab_is_a_tab(tmp_path: Path):
    content = "a\tb\ty\n1\t2\tp\n3\t4\tq\n"
    for delimiter in ("\t", "\\t"):
        assert read(tmp_path, content, delimiter=delimiter).examples.feature_names == ("a", "b")
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, content, delimiter="\\n")
    assert caught.value.key == "delimiter"
