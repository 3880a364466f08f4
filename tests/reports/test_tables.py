import pytest

from dlcli.reports import markdown_code, markdown_table, markdown_text


def test_numbers_are_right_aligned_and_cells_are_escaped() -> None:
    table = markdown_table(["name", "count"], [["a|b\nc", "3"]])
    assert table.splitlines() == ["| name | count |", "| --- | ---: |", "| a\\|b c | 3 |"]


def test_no_column_of_numbers() -> None:
    assert markdown_table(["a", "b"], [], numbers_from=2).splitlines()[1] == "| --- | --- |"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a|b", "a\\|b"),
        ("<script>x</script>", "\\<script>x\\</script>"),
        ("[a](http://b)", "\\[a\\](http://b)"),
        ("![a](b)", "!\\[a\\](b)"),
        ("`code` **bold** _it_", "\\`code\\` \\*\\*bold\\*\\* \\_it\\_"),
        ("a\nb", "a\\\\nb"),
        ("&lt;", "\\&lt;"),
        ("\\", "\\\\"),
        ("train_dev: 3 * 4 < 5 & 6", "train_dev: 3 * 4 < 5 & 6"),
    ],
)
def test_text_is_escaped(text: str, markdown: str) -> None:
    assert markdown_text(text) == markdown


def test_code_may_contain_backticks() -> None:
    assert markdown_code("a") == "`a`"
    assert markdown_code("a`b``c") == "```a`b``c```"
    assert markdown_code("`a") == "`` `a ``"
    assert markdown_code("a\nb") == "`a\\nb`"


def test_a_cell_of_escaped_text_is_escaped_once() -> None:
    assert markdown_table([markdown_text("a|b")], [["c|d"]]).splitlines() == ["| a\\|b |", "| --- |", "| c\\|d |"]
