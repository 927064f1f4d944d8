"""Tokens: shown once, kept as a hash, dead at once when they are revoked or their member leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from preparedness.accounts import agencies, members, tokens
from preparedness.accounts.models import ApiToken
from preparedness.audit import Action, Entry
from preparedness.database import at, db, now, transaction
from preparedness.errors import Missing, Refused


def add(world, who="ana", **more):
    with transaction():
        return tokens.add(world.members[who], {"name": "the ministry's map", **more}, by=world.ada)


def test_a_token_is_recognised_by_its_text_and_kept_as_a_hash_alone(world):
    token, text = add(world)

    assert tokens.recognised(text) is token
    assert tokens.recognised(text + "x") is None
    assert text.startswith(tokens.SIGN)
    assert text.startswith(token.prefix)
    kept = db.session.execute(select(ApiToken.__table__)).one()
    assert text not in map(str, kept)


def test_a_token_lasts_as_long_as_was_said_and_no_longer(world):
    token, text = add(world, days=30)

    assert timedelta(days=29) < token.expires_at - now() <= timedelta(days=30)
    with at(now() + timedelta(days=30, seconds=1)):
        assert tokens.recognised(text) is None


def test_without_a_word_a_token_lasts_a_year(world):
    token, _text = add(world)

    assert token.expires_at.date() == (now() + tokens.LASTS).date()


def test_a_revoked_token_opens_nothing_from_then_on(world):
    token, text = add(world)
    with transaction():
        tokens.revoke(token, by=world.ada)
        tokens.revoke(token, by=world.ada)

    assert tokens.recognised(text) is None
    entries = db.session.scalars(select(Entry).where(Entry.action == Action.TOKEN_REVOKED)).all()
    assert [(each.subject_id, each.actor_label) for each in entries] == [(token.id, "Ada")]


def test_a_name_is_given_once_while_it_is_in_use(world):
    first, _text = add(world)

    with pytest.raises(Refused, match="of that name") as refused, transaction():
        tokens.add(world.members["ana"], {"name": first.name}, by=world.ada)

    assert refused.value.field == "name"
    add(world, who="rui")


def test_two_who_give_the_same_name_at_once_are_told_in_a_sentence(world, monkeypatch):
    add(world)
    monkeypatch.setattr(tokens, "_make_way", lambda *_args, **_more: None)  # both looked before either wrote

    with pytest.raises(Refused, match="of that name"), transaction():
        tokens.add(world.members["ana"], {"name": "the ministry's map"}, by=world.ada)


def test_the_name_of_a_revoked_token_may_be_used_again_and_again(world):
    for _turn in range(3):
        token, text = add(world)
        with transaction():
            tokens.revoke(token, by=world.ada)

    _token, last = add(world)
    assert tokens.recognised(text) is None
    assert tokens.recognised(last) is not None


def test_a_token_that_ran_out_gives_its_name_to_the_next(world):
    old, _text = add(world, days=1)
    with at(now() + timedelta(days=2)):
        _token, text = add(world)
        assert tokens.recognised(text) is not None

    assert old.revoked_at is not None


def test_the_tokens_of_a_closed_account_die_with_it(world):
    token, text = add(world)
    with transaction():
        members.close(world.members["ana"], by=world.ada)

    assert tokens.recognised(text) is None
    assert token.revoked_at is not None
    with pytest.raises(Refused, match="closed") as refused, transaction():
        tokens.add(world.members["ana"], {"name": "another"}, by=world.ada)
    assert refused.value.field == "member_id"


def test_a_member_who_moves_to_another_institution_takes_no_token_along(world):
    with transaction():
        world.agency.example = True
    token, text = add(world, who="ada")
    with transaction():
        wanted = {"name": "Our own", "country": "HT", "timezone": "UTC", "language": "en"}
        agencies.start_own(world.members["ada"], wanted, by=world.ada)

    assert tokens.recognised(text) is None
    with transaction():
        token.revoked_at = None
    assert tokens.recognised(text) is None, "nor would one that nobody had revoked"


def test_another_institutions_tokens_are_not_there(world):
    token, _text = add(world)

    with pytest.raises(Missing):
        tokens.get(token.id, agency=world.other_agency)
    assert tokens.listed(world.other_agency) == []


def test_tokens_in_use_are_listed_first(world):
    with transaction():
        tokens.revoke(add(world, name="a")[0], by=world.ada)
    add(world, name="b")

    assert [each.name for each in tokens.listed(world.agency)] == ["b", "a"]


def test_the_day_of_the_last_use_is_noted(world):
    token, _text = add(world)
    with transaction():
        tokens.used(token.id)

    assert token.last_used_on == now().date()
