from dlcli.reports.markdown_table import markdown_table


def test_numbers_are_aligned_right_and_cells_keep_to_themselves() -> None:
    table = markdown_table(["name", "count"], [["a|b\nc", "3"]])
    assert table.splitlines() == ["| name | count |", "| --- | ---: |", "| a\\|b c | 3 |"]


def test_no_column_of_numbers() -> None:
    assert markdown_table(["a", "b"], [], numbers_from=2).splitlines()[1] == "| --- | --- |"
