"""What the `.env` file may look like."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import BadSettings, read_dotenv
from bot.settings.dotenv import parse


def problems(text: str) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        parse(text, ".env")
    return [str(one) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("", {}),
        ("\n  \n# a comment\n\t# another\n", {}),
        ("A=b", {"A": "b"}),
        ("A=b\r\nC=d\r\n", {"A": "b", "C": "d"}),
        ("A=", {"A": ""}),
        ("A=   ", {"A": ""}),
        ("A= # nothing", {"A": ""}),
        ("A=b # a comment", {"A": "b"}),
        ("A=b   ", {"A": "b"}),
        ("A=b#c", {"A": "b#c"}),
        ("A='b # c'  # d", {"A": "b # c"}),
        ('A="it\'s"', {"A": "it's"}),
        ("A='say \"b\"'", {"A": 'say "b"'}),
        ("A=''", {"A": ""}),
        ("A=$HOME\\n", {"A": "$HOME\\n"}),
        ("A=b=c==", {"A": "b=c=="}),
        ("_a1=b", {"_a1": "b"}),
    ],
)
def test_a_line_means_what_it_says(text: str, variables: dict[str, str]) -> None:
    assert parse(text, ".env") == variables


@pytest.mark.parametrize(
    "line",
    [
        "A", "A b", "A =b", " A=b", "export A=b", "1A=b", "=b", "A-B=c", "\u00c4=b", "A= b", "A=b c", "A=b'c",
        "A='b", 'A="b" c', "A='b'c", "A=#b", "A=b\u00a0c", "A: b",
    ],
)  # fmt: skip
def test_a_malformed_line_is_named_by_its_number_without_its_content(line: str) -> None:
    (problem,) = problems(f"FIRST=1\n\n{line}\nLAST=2")
    assert problem.startswith(".env line 3: ")


def test_every_malformed_line_is_named_at_once() -> None:
    found = problems("A\nB=1\nC d\nB=2")
    assert [line.split(":")[0] for line in found] == [".env line 1", ".env line 3", ".env line 4"]
    assert "what line 2 sets" in found[2]


def test_no_value_is_shown() -> None:
    assert "hunter2" not in "".join(problems("A=hunter2 hunter2\nhunter2\nB='hunter2"))


def test_a_file_that_is_not_there_sets_nothing(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path / ".env") == {}


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA=b\n")
    assert read_dotenv(tmp_path / ".env") == {"A": "b"}


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"A=\xff", "not UTF-8"), (b"#" * (1024 * 1024 + 1), "larger than 1 MiB")],
)
def test_a_file_that_is_no_text_is_a_problem(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(BadSettings, match=words):
        read_dotenv(tmp_path / ".env")


def test_a_folder_instead_of_a_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be read"):
        read_dotenv(tmp_path)


@given(st.text(alphabet="AB=# \t'\"\\$\n\r\u2028\x00x"))
def test_any_text_gives_variables_or_problems(text: str) -> None:
    with contextlib.suppress(BadSettings):
        assert all(key.isidentifier() for key in parse(text, ".env"))


@given(st.text(alphabet=st.characters(exclude_characters="'\n", exclude_categories=["Cs"])))
def test_what_stands_between_quotes_arrives_as_it_is(value: str) -> None:
    assert parse(f"A='{value}'", ".env") == {"A": value}
