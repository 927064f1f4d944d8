"""Text files: the encoding and the delimiter are found out and said, and nothing is read that cannot be told apart."""

import pytest

from preparedness.errors import Refused
from preparedness.exchange import text_reading, uploads

LINES = "Nom;Ville;Téléphone\nÉlise Pierre;Montréal;+15145550142\nRené Faucher;Québec;0033 1 99 00 12 34\n"


def rows(read):
    return [[cell[2] for cell in cells] for _number, cells in read["sheets"][0]["rows"]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (LINES.encode(), "in UTF-8, with “;” between"),
        (LINES.encode("utf-8-sig"), "in UTF-8, with “;” between"),
        (LINES.encode("utf-16"), "in UTF-16, with “;” between"),
        (LINES.encode("cp1252"), "in Windows-1252, with “;” between"),
        (LINES.replace(";", ",").encode(), "in UTF-8, with “,” between"),
        (LINES.replace(";", "\t").encode(), "in UTF-8, with TAB between"),
        (LINES.replace(";", "|").encode(), "in UTF-8, with “|” between"),
        (b"sep=;\n" + LINES.encode(), "in UTF-8, with “;” between"),
        (LINES.replace("\n", "\r\n").encode(), "in UTF-8, with “;” between"),
    ],
)
def test_encoding_and_delimiter_are_found_out_and_said(content, says):
    read = uploads.read(content, "people.csv")

    assert rows(read) == [line.split(";") for line in LINES.splitlines()]
    assert says in read["notices"][0]
    assert read["sheets"][0]["name"] == "people"


def test_arabic_of_an_old_program_is_read_as_it_was_written():
    lines = "الاسم;المدينة\nأم سلمى;القاهرة\nسارة محمد;الخرطوم\n" * 5
    read = uploads.read(lines.encode("cp1256"), "people.csv")

    assert rows(read)[1] == ["أم سلمى", "القاهرة"]
    assert "Windows-1256" in read["notices"][0]


def test_commas_inside_quotation_marks_and_sentences_cut_nothing():
    content = 'Name;Note\n"Pierre; Élise";"one, two, three"\nRené;"a ""quoted"" word, and\na second line"\n'

    assert rows(uploads.read(content.encode(), "a.csv")) == [
        ["Name", "Note"],
        ["Pierre; Élise", "one, two, three"],
        ["René", 'a "quoted" word, and\na second line'],
    ]


def test_one_column_is_a_list_too():
    assert rows(uploads.read(b"Name\nAna\nRui\n", "a.txt")) == [["Name"], ["Ana"], ["Rui"]]


def test_numbers_stay_as_they_were_written():
    assert rows(uploads.read(b"Phone,Code\n0033199001234,007\n", "a.csv"))[1] == ["0033199001234", "007"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'a;b\n"never closed;1\n' + b"x;y\n" * 9, "a quotation mark may not be closed"),
        (b"a;b\n" * 50_001, "more than 50,000 rows"),
        (b";".join([b"x"] * 61) + b"\n", "more than 60 columns"),
        (b";".join([b"1"] * 15) + b"\n", ""),
        ((b";".join([b"1"] * 15) + b"\n") * 41_000, "holds 615,000 filled cells"),
        (b"x" * 200_000, "cannot be told apart"),
        ("é".encode("utf-16")[:-1], "cannot be told apart"),
    ],
)
def test_what_is_too_much_or_cannot_be_told_apart_is_refused(content, says):
    if not says:
        assert rows(uploads.read(content, "a.csv"))
        return
    with pytest.raises(Refused, match=says):
        uploads.read(content, "a.csv")


def test_a_long_text_is_told_as_such():
    read = uploads.read(b"a,b\n" + b"x" * 40_000 + b",1\n", "a.csv")

    assert read["sheets"][0]["rows"][1] == [2, [[1, "l", "x" * 40], [2, "s", "1"]]]


def test_an_empty_text_has_a_delimiter_all_the_same():
    assert text_reading._delimiter("") == ","
