"""The three-way merge, row by row and for any three versions of a sheet."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preparedness.exchange import merge
from preparedness.exchange.merge import Returned, Rules
from preparedness.exchange.models import Outcome, Why

COLUMNS = ("name", "city")
RULES = Rules(editable=COLUMNS, fresh=(*COLUMNS, "source"), telling="name")
REMOVABLE = Rules(editable=COLUMNS, fresh=COLUMNS, removable=True, telling="name")
REFS = ("C-AAAA-A", "C-BBBB-B", "C-CCCC-C")

ANA = {"name": "Ana", "city": "Rennes"}
BO = {"name": "Bo", "city": "Lyon"}


def returned(*rows):
    return [Returned(number, ref, cells) for number, (ref, cells) in enumerate(rows, start=3)]


def outcomes(differences):
    return [(each.outcome, each.ref, each.column) for each in differences]


def applied(differences, server, decide=lambda each: each.outcome in merge.TAKEN):
    """The server's rows after taking what is taken."""
    rows = {ref: dict(row) for ref, row in server.items()}
    for number, each in enumerate(differences):
        if each.outcome is Outcome.CREATE and decide(each):
            rows[each.ref or f"typed {number}"] = dict(each.mine)
        elif each.column and each.ref in rows and decide(each):
            rows[each.ref][each.column] = each.mine
    return rows


def test_an_untouched_row_changes_nothing_whatever_the_server_says():
    assert merge.merge({"C": ANA}, returned(("C", ANA)), {"C": BO}, RULES) == []


def test_an_edited_cell_is_taken_where_the_server_did_not_move():
    (change,) = merge.merge({"C": ANA}, returned(("C", {**ANA, "city": "Brest"})), {"C": ANA}, RULES)

    assert (change.outcome, change.column, change.base, change.mine) == (Outcome.UPDATE, "city", "Rennes", "Brest")


def test_a_cleared_cell_is_an_edit_and_a_missing_column_is_none():
    cleared = merge.merge({"C": ANA}, returned(("C", {**ANA, "city": None})), {"C": ANA}, RULES)
    not_sent = merge.merge({"C": ANA}, returned(("C", {"name": "Ana"})), {"C": ANA}, RULES)

    assert outcomes(cleared) == [(Outcome.UPDATE, "C", "city")]
    assert not_sent == []


def test_scenario_5_different_cells_of_one_row_changed_on_both_sides_are_both_kept():
    differences = merge.merge(
        {"C": ANA}, returned(("C", {**ANA, "city": "Brest"})), {"C": {**ANA, "name": "Ana B."}}, RULES
    )

    assert outcomes(differences) == [(Outcome.UPDATE, "C", "city"), (Outcome.PARALLEL, "C", "")]


def test_scenario_6_two_different_entries_are_held_with_all_three_values():
    (change,) = merge.merge(
        {"C": ANA}, returned(("C", {**ANA, "city": "Brest"})), {"C": {**ANA, "city": "Nantes"}}, RULES
    )

    assert change.outcome is Outcome.CONFLICT
    assert (change.base, change.mine, change.server) == ("Rennes", "Brest", "Nantes")


def test_scenario_7_the_same_entry_on_both_sides_needs_nothing():
    both = {**ANA, "city": "Brest"}

    assert outcomes(merge.merge({"C": ANA}, returned(("C", both)), {"C": both}, RULES)) == [(Outcome.SAME, "C", "city")]


def test_a_decision_for_the_server_is_not_asked_again_for_the_same_entry():
    kept = Rules(COLUMNS, COLUMNS, kept={("C", "city", merge.fingerprint("Brest")): "server"})
    server = {"C": {**ANA, "city": "Nantes"}}

    assert merge.merge({"C": ANA}, returned(("C", {**ANA, "city": "Brest"})), server, kept) == []
    assert len(merge.merge({"C": ANA}, returned(("C", {**ANA, "city": "Dinan"})), server, kept)) == 1


def test_a_row_that_is_gone_is_a_proposal_and_a_conflict_if_it_was_edited_here():
    base = {"C": ANA, "D": BO}

    assert outcomes(merge.merge(base, returned(("C", ANA)), base, REMOVABLE)) == [(Outcome.REMOVAL, "D", "")]
    edited = {"C": ANA, "D": {**BO, "city": "Nice"}}
    assert outcomes(merge.merge(base, returned(("C", ANA)), edited, REMOVABLE)) == [(Outcome.CONFLICT, "D", "")]


def test_a_row_that_is_gone_means_nothing_where_rows_are_not_removed_by_file_or_it_was_kept():
    base = {"C": ANA, "D": BO}
    kept = Rules(COLUMNS, COLUMNS, removable=True, kept={("D", "", merge.fingerprint(None)): "server"})

    assert merge.merge(base, returned(("C", ANA)), base, RULES) == []
    assert merge.merge(base, returned(("C", ANA)), base, kept) == []
    assert merge.merge(base, returned(("C", ANA)), {"C": ANA}, REMOVABLE) == []


def test_an_edit_of_a_row_that_was_removed_here_is_a_conflict_and_an_untouched_one_is_nothing():
    (change,) = merge.merge({"C": ANA}, returned(("C", {**ANA, "city": "Brest"})), {}, RULES)

    assert (change.outcome, change.mine) == (Outcome.CONFLICT, {"city": "Brest"})
    assert merge.merge({"C": ANA}, returned(("C", ANA)), {}, RULES) == []


def test_scenario_13_filled_spare_rows_and_typed_ones_are_new_and_empty_ones_nothing():
    rows = returned(("N-0001", {"name": "Lu", "city": None}), ("N-0002", {"name": None}), (None, {"name": "Mo"}))
    differences = merge.merge({}, rows, {}, RULES)

    assert [(each.outcome, each.ref, each.mine) for each in differences] == [
        (Outcome.CREATE, "N-0001", {"name": "Lu"}),
        (Outcome.CREATE, None, {"name": "Mo"}),
    ]


def test_a_column_of_new_rows_only_is_taken_in_them_and_nowhere_else():
    rows = returned(("C", {**ANA, "source": "colleague"}), ("N-0001", {"name": "Lu", "source": "colleague"}))
    differences = merge.merge({"C": {**ANA, "source": "themselves"}}, rows, {"C": ANA}, RULES)

    assert [(each.outcome, each.mine) for each in differences] == [
        (Outcome.CREATE, {"name": "Lu", "source": "colleague"})
    ]


def test_a_ref_that_was_not_given_out_is_nothing_of_ours():
    assert merge.merge({}, returned(("C", ANA)), {"C": BO}, RULES) == []


def test_scenario_12_a_copied_row_is_one_if_alike_and_held_if_altered():
    alike = merge.merge({"C": ANA}, returned(("C", ANA), ("C", ANA)), {"C": ANA}, RULES)
    altered = merge.merge({"C": ANA}, returned(("C", ANA), ("C", {**ANA, "name": "Lu"})), {"C": ANA}, RULES)

    assert alike == []
    assert [(each.outcome, each.row) for each in altered] == [(Outcome.HELD, 3), (Outcome.HELD, 4)]


def test_scenario_16_two_refs_that_changed_places_are_both_held():
    base = {"C": ANA, "D": BO}
    differences = merge.merge(base, returned(("C", BO), ("D", ANA)), base, RULES)

    assert outcomes(differences) == [(Outcome.HELD, "C", ""), (Outcome.HELD, "D", "")]


def test_two_rows_that_exchange_an_entry_and_keep_their_names_are_two_edits():
    base = {"C": {"name": "Ana", "city": "Lyon"}, "D": {"name": "Ana", "city": "Nice"}}
    mine = returned(("C", {"name": "Ana", "city": "Nice"}), ("D", {"name": "Ana", "city": "Lyon"}))

    assert outcomes(merge.merge(base, mine, base, RULES)) == [
        (Outcome.UPDATE, "C", "city"),
        (Outcome.UPDATE, "D", "city"),
    ]


# --- Cells that belong together, rows that changed places, decisions ------------------------------------------------

GROUPED = Rules(
    editable=("name", "phone", "channel"), fresh=("name", "phone", "channel"), groups={"phone": ("phone", "channel")}
)
DIAL = {"name": "Ana", "phone": "+5091", "channel": "phone"}


def test_scenario_8_a_group_that_both_sides_changed_is_one_conflict_with_all_that_differs():
    mine, server = {**DIAL, "phone": "+5092"}, {**DIAL, "channel": "whatsapp"}
    differences = merge.merge({"C": DIAL}, returned(("C", mine)), {"C": server}, GROUPED)

    assert [(each.outcome, each.column, each.group, each.mine, each.server) for each in differences] == [
        (Outcome.CONFLICT, "phone", "phone", "+5092", "+5091"),
        (Outcome.CONFLICT, "channel", "phone", "phone", "whatsapp"),
    ]


def test_a_group_in_which_both_sides_said_the_same_needs_nothing_and_more_may_be_added_to_it():
    both = {**DIAL, "phone": "+5092"}
    same = merge.merge({"C": DIAL}, returned(("C", both)), {"C": {**both, "channel": "sms"}}, GROUPED)
    more = merge.merge({"C": DIAL}, returned(("C", {**both, "channel": "sms"})), {"C": both}, GROUPED)

    assert outcomes(same) == [(Outcome.SAME, "C", "phone")]
    assert outcomes(more) == [(Outcome.SAME, "C", "phone"), (Outcome.UPDATE, "C", "channel")]


def test_a_group_with_a_cell_that_could_not_be_read_is_held_and_the_rest_of_the_row_goes_on():
    cells = {"name": "Ana B.", "phone": "+5092"}
    row = Returned(3, "C", cells, unread=frozenset({"channel"}))
    differences = merge.merge({"C": DIAL}, [row], {"C": DIAL}, GROUPED)

    assert [(each.outcome, each.column, each.why) for each in differences] == [
        (Outcome.UPDATE, "name", None),
        (Outcome.HELD, "phone", Why.TORN),
    ]


def test_a_row_that_was_added_meanwhile_is_no_conflict_with_what_followed_for_it():
    rules = Rules(editable=("city", "country"), fresh=(), groups={"place": ("city", "country")}, added={"C"})
    base, server = {"city": None, "country": None}, {"city": None, "country": "HT"}
    mine = returned(("C", {"city": "Jacmel", "country": None}))

    assert outcomes(merge.merge({"C": base}, mine, {"C": server}, rules)) == [
        (Outcome.UPDATE, "C", "city"),
        (Outcome.PARALLEL, "C", ""),
    ]


def test_rows_that_went_round_in_a_ring_are_all_held_with_the_row_that_each_seems_to_be():
    base = {"C": ANA, "D": BO, "E": {"name": "Cy", "city": "Nice"}}
    mine = returned(("C", BO), ("D", base["E"]), ("E", ANA))

    assert [(each.outcome, each.ref, each.twin) for each in merge.merge(base, mine, base, RULES)] == [
        (Outcome.HELD, "C", "D"),
        (Outcome.HELD, "D", "E"),
        (Outcome.HELD, "E", "C"),
    ]


TASKS = Rules(editable=("state", "note"), fresh=(), telling="text")


def test_words_for_reading_only_tell_that_rows_changed_places_where_it_matters():
    base = {
        "T1": {"text": "Open the bridge", "state": "open", "note": None},
        "T2": {"text": "Write the log", "state": "open", "note": None},
    }
    sorted_without_ref = returned(("T1", {**base["T2"], "state": "done"}), ("T2", base["T1"]))
    held = merge.merge(base, sorted_without_ref, base, TASKS)
    joined = merge.merge(base, sorted_without_ref, base, TASKS, {3: "T2"})

    assert [(each.outcome, each.ref, each.why, each.twin) for each in held] == [(Outcome.HELD, "T1", Why.MOVED, "T2")]
    assert [(each.outcome, each.ref, each.column) for each in joined] == [
        (Outcome.HELD, "T1", ""),
        (Outcome.UPDATE, "T2", "state"),
    ]
    assert merge.merge(base, returned(("T1", {**base["T1"], "text": "Shut it"})), base, TASKS) == []


def test_a_held_row_that_was_settled_is_not_asked_about_again():
    base = {"C": ANA, "D": BO}
    held = merge.merge(base, returned(("C", BO), ("D", ANA)), base, RULES)

    def again(word):
        kept = {merge.key(each.ref, "", each.mine): word for each in held}
        return outcomes(merge.merge(base, returned(("C", BO), ("D", ANA)), base, replace(RULES, kept=kept)))

    assert again("server") == again("merge") == []
    assert (Outcome.UPDATE, "C", "name") in again("mine")


@pytest.mark.parametrize(("word", "then"), [("add", []), ("server", []), ("mine", [(Outcome.UPDATE, "C", "name")])])
def test_a_copied_row_that_was_settled_is_not_asked_about_again(word, then):
    altered = {**ANA, "name": "Lu"}
    kept = {merge.key("C", "", {**altered, "source": None}): word}
    mine = returned(("C", ANA), ("C", altered))

    assert outcomes(merge.merge({"C": ANA}, mine, {"C": ANA}, replace(RULES, kept=kept))) == then


def test_a_new_row_that_is_somebody_here_is_compared_with_them_cell_by_cell():
    row = returned(("N-0001", {"name": "Ana", "city": "Brest", "source": "colleague"}))
    server = {"C": {"name": "Ana Maria", "city": None}}
    differences = merge.merge({}, row, server, RULES, {3: "C"})

    assert [(each.outcome, each.ref, each.column, each.mine, each.server) for each in differences][1:] == [
        (Outcome.CONFLICT, "C", "name", "Ana", "Ana Maria"),
        (Outcome.UPDATE, "C", "city", "Brest", None),
    ]


def test_a_row_that_the_copy_added_itself_cannot_be_missing_in_it():
    rules = replace(REMOVABLE, added={"D"})

    assert merge.merge({"C": ANA, "D": BO}, returned(("C", ANA)), {"C": ANA, "D": BO}, rules) == []


def test_rows_that_came_back_as_given_are_not_missing():
    rules = replace(REMOVABLE, same=["C"])

    assert merge.merge({"C": ANA}, [], {"C": ANA}, rules) == []


# --- For any three versions of a sheet -----------------------------------------------------------------------------

ANY_COLUMNS = ("name", "phone", "channel")
CELLS = len(REFS) * len(ANY_COLUMNS)


def sheet(signs):
    """A sheet of a few words, three rows by three columns."""
    words = [(None, "a", "b", "c")[sign % 4] for sign in signs]
    return {
        ref: dict(zip(ANY_COLUMNS, words[place * 3 : place * 3 + 3], strict=True)) for place, ref in enumerate(REFS)
    }


FULL = st.binary(min_size=CELLS, max_size=CELLS).map(sheet)
"""Drawn as a few bytes: a word at a time would take ten times as long."""
FEWER = st.binary(min_size=CELLS + 1, max_size=CELLS + 1).map(
    lambda signs: {ref: row for place, (ref, row) in enumerate(sheet(signs[1:]).items()) if not signs[0] >> place & 1}
)
ANY_RULES = replace(GROUPED, telling="name")
examples = settings(max_examples=2000, deadline=None)


def merged(base, mine, server, rules=ANY_RULES):
    return merge.merge(base, returned(*mine.items()), server, rules)


def held(differences):
    return {each.ref for each in differences if each.outcome is Outcome.HELD}


@examples
@given(FULL, FULL)
def test_property_1_an_untouched_workbook_leaves_the_server_as_it_is(base, server):
    assert applied(merged(base, base, server), server) == server


@examples
@given(FULL, FULL)
def test_property_2_where_only_the_workbook_moved_it_is_taken_as_it_is(base, mine):
    differences = merged(base, mine, base)
    result = applied(differences, base)

    assert all(result[ref] == mine[ref] for ref in REFS if ref not in held(differences))


@examples
@given(FULL, FULL, FULL)
def test_property_3_applying_twice_is_applying_once(base, mine, server):
    once = applied(merged(base, mine, server), server)

    assert applied(merged(base, mine, once), once) == once


@examples
@given(FULL, FULL, FEWER)
def test_property_4_no_entry_of_either_side_is_lost(base, mine, server):
    differences = merged(base, mine, server)
    result = applied(differences, server)
    shown = {(each.ref, each.column): (each.mine, each.server) for each in differences}
    for ref in REFS:
        for column in ANY_COLUMNS:
            entry = mine[ref][column]
            if ref in held(differences) or entry == base[ref][column]:
                continue
            if ref not in server:
                assert shown[ref, ""][0][column] == entry
            else:
                assert entry == result[ref][column] or entry == shown[ref, column][0]
        for column in ANY_COLUMNS if ref in server else ():
            there = server[ref][column]
            stays = there in (result[ref][column], base[ref][column])
            assert stays or there == shown[ref, column][1]


@examples
@given(FULL, FULL, FULL)
def test_property_4_a_group_is_taken_whole_or_left_whole_where_both_sides_changed_it(base, mine, server):
    result = applied(merged(base, mine, server), server)
    for ref in REFS:
        both = [{column: row[ref][column] for column in ("phone", "channel")} for row in (base, mine, server, result)]
        given, ours, theirs, found = both
        if theirs != given and found != theirs:
            agreed = [column for column in given if ours[column] == theirs[column]]
            moved = [column for column in given if theirs[column] != given[column]]
            assert set(moved) <= set(agreed), "only what the other side left alone, or said too, is added to"


@examples
@given(FULL, FULL, FEWER, st.permutations(REFS), st.permutations(ANY_COLUMNS))
def test_property_5_the_order_of_rows_and_columns_changes_nothing(base, mine, server, rows, columns):
    moved = {ref: {column: mine[ref][column] for column in columns} for ref in rows}

    def told(differences):
        return sorted(
            (each.outcome, each.ref, each.column, str(each.base), str(each.server), merge.fingerprint(each.mine))
            for each in differences
        )

    assert told(merged(base, moved, server)) == told(merged(base, mine, server))


@pytest.mark.parametrize("value", [None, "a", ["b", "a"], {"name": "Ana"}])
def test_a_fingerprint_stands_for_a_value_and_does_not_tell_it(value):
    assert merge.fingerprint(value) == merge.fingerprint(value)
    assert len(merge.fingerprint(value)) == 64
