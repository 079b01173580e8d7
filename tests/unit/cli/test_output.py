"""Tables and JSON as the commands print them."""

import json

from firth.cli.output import output, print_json, print_table


def test_columns_are_aligned_by_what_a_terminal_shows(capsys):
    print_table("title", ["word", "n"], [("東京", "1"), ("king", "22"), ("", "")])
    assert capsys.readouterr().out == "title\nword   n\n東京   1\nking  22\n\n"


def test_nothing_in_a_table_commands_the_terminal(capsys):
    print_table("a\x1b[31m", ["[bold]x", "b\nc"], [("\x07", ":smile:")])
    shown = capsys.readouterr().out
    assert shown.splitlines() == [r"a\x1b[31m", r"[bold]x     b\nc", r"\x07     :smile:"]


def test_tables_without_heads_or_rows(capsys):
    print_table("", ["", ""], [("a", "b"), ("long", "")], numbers=0)
    print_table("none", ["word", "similarity"], [])
    assert capsys.readouterr().out == "a     b\nlong\nnone\nword  similarity\n"


def test_json_is_one_document_whatever_is_in_it(capsys):
    print_json({"word": "東京\n[bold]", "numbers": [float("nan"), 0.5], 1: ()})
    assert json.loads(capsys.readouterr().out) == {"word": "東京\n[bold]", "numbers": [None, 0.5], "1": []}


def test_no_word_commands_the_terminal_or_turns_the_line_around(capsys):
    print_json({"word": "a\u202eb\x9bc\x1b[31m"})
    output.print("saved a\x1b[31m.txt\nand more")
    shown = capsys.readouterr().out
    assert shown.replace("\n", "").isprintable()
    assert r"a\u202eb\u009bc\u001b[31m" in shown
    assert shown.endswith("saved a\\x1b[31m.txt\nand more\n")
