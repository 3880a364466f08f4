import pytest

from dlcli.core import printable, printable_lines


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain text, Ünïcödé, 日本語, emoji 👩‍💻", "plain text, Ünïcödé, 日本語, emoji 👩‍💻"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\nb\r\tc\0", "a\\nb\\r\\tc\\x00"),
        ("\x9b31m\x7f\x85", "\\x9b31m\\x7f\\x85"),
        ("a\u202eb\u2066c\u200fd\u061c", "a\\u202eb\\u2066c\\u200fd\\u061c"),
        ("a\u2028b\u2029c\u200bd\ufeff", "a\\u2028b\\u2029c\\u200bd\\ufeff"),
        ("bad\udcff \ud800", "bad\\xff \\ud800"),
        ("[red]x[/red] [link=a]b[/link]", "[red]x[/red] [link=a]b[/link]"),
    ],
)
def test_control_and_invisible_characters_are_escaped(text: str, escaped: str) -> None:
    assert printable(text) == escaped
    assert printable(escaped) == escaped


def test_line_breaks_and_tabs_of_several_lines_are_kept() -> None:
    assert printable_lines("a\n\tb\r\x1b") == "a\n\tb\\r\\x1b"
