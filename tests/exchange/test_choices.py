"""Lists that a cell chooses from."""

import pytest

from preparedness.exchange.choices import Choice, Choices, Unknown

HELP = Choices(
    [
        Choice("health", "clinical care", ("soins",)),
        Choice("water", "water, sanitation and hygiene", ("eau, assainissement et hygiène",)),
        Choice("legal", "legal advice", ("conseil",)),
        Choice("training", "training", ("conseil",)),
    ]
)
PLACES = Choices([Choice("HT", "Haiti", ("Haïti",)), Choice("SO", "Somalia")], detail=True)


@pytest.mark.parametrize("text", ["clinical care", " Clinical  CARE ", "health", "SOINS"])
def test_a_line_is_found_by_code_or_by_its_words_in_any_language(text):
    assert HELP.code(text) == "health"


def test_the_lines_of_a_long_list_are_made_once_and_only_where_somebody_looks():
    made = []

    def lines():
        made.append(True)
        yield Choice("C-7K3M-Q", "C-7K3M-Q", ("Amina",))

    people = Choices(lines)
    assert made == []
    assert (people.code("amina"), people.label("C-7K3M-Q"), people.labels) == ("C-7K3M-Q", "C-7K3M-Q", ["C-7K3M-Q"])
    assert made == [True]


def test_words_that_are_in_no_line_are_unknown():
    with pytest.raises(Unknown) as unknown:
        HELP.code("juggling")

    assert (unknown.value.text, unknown.value.several) == ("juggling", False)


def test_words_that_mean_two_lines_are_not_guessed():
    with pytest.raises(Unknown) as unknown:
        HELP.code("conseil")

    assert unknown.value.several


@pytest.mark.parametrize(
    "text",
    [
        "clinical care; water, sanitation and hygiene",
        "clinical care, water, sanitation and hygiene",
        "water, sanitation and hygiene\nclinical care;",
        "eau, assainissement et hygiene ; soins",
    ],
)
def test_several_lines_in_one_cell_are_told_apart_though_words_hold_commas(text):
    assert HELP.codes(text) == ["health", "water"]


def test_one_unknown_word_among_several_is_named():
    with pytest.raises(Unknown, match="juggling"):
        HELP.codes("clinical care, juggling")


def test_a_line_may_be_narrowed_after_a_colon():
    assert PLACES.codes("Haiti: Ouest; haïti : Nord;Somalia") == ["HT: Nord", "HT: Ouest", "SO"]
    assert PLACES.label("HT: Ouest") == "Haiti: Ouest"
    assert PLACES.label("SO") == "Somalia"


def test_what_a_list_has_no_words_for_is_shown_as_its_code():
    assert HELP.label("juggling") == "juggling"


def test_a_code_means_itself_though_another_line_is_called_so():
    names = Choices([Choice("no", "Norwegian"), Choice("xx", "no")])

    assert names.code("no") == "no"
