"""A link is the authority: bound to one person and matter, made again from its row, void at once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from preparedness.contacts import links
from preparedness.contacts.models import Link, LinkPurpose
from preparedness.database import db, now
from preparedness.errors import Missing

SOON = timedelta(days=14)


def issued(world, **more):
    return links.issue(world.amina, LinkPurpose.CONFIRM, world.plan, expires_at=now() + SOON, **more)


def test_a_link_opens_for_its_address_alone(world):
    link = issued(world)
    token = links.token(link)

    assert len(token) == 43
    assert links.open(token) is link
    assert links.address(link) == f"http://localhost/a/{token}"


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 42, "ä" * 43, "x" * 5000])
def test_any_other_address_leads_nowhere(world, token):
    issued(world)

    with pytest.raises(Missing):
        links.open(token)


def test_only_the_hash_of_a_token_is_kept(world):
    link = issued(world)

    assert links.token(link) not in [str(value) for value in vars(link).values()]


def test_asking_again_is_the_same_link_good_for_longer(world):
    first = issued(world)
    until, token = first.expires_at, links.token(first)

    again = links.issue(world.amina, LinkPurpose.CONFIRM, world.plan, expires_at=until + SOON)
    shorter = links.issue(world.amina, LinkPurpose.CONFIRM, world.plan, expires_at=now())

    assert again is shorter is first
    assert (first.expires_at, links.token(first)) == (until + SOON, token)
    assert db.session.scalar(select(func.count(Link.id))) == 1


def test_each_matter_and_person_has_a_link_of_its_own(world):
    tokens = {
        links.token(links.issue(person, purpose, subject, expires_at=now() + SOON))
        for person in (world.amina, world.salma)
        for purpose in (LinkPurpose.CONFIRM, LinkPurpose.CALL)
        for subject in (world.plan, world.seat)
    }

    assert len(tokens) == 8


def test_a_link_past_its_day_opens_and_says_so(world):
    link = issued(world)
    link.expires_at = now() - SOON

    assert links.open(links.token(link)).expires_at < now()


def test_a_void_link_leads_nowhere_and_comes_back_with_another_address(world):
    link = issued(world)
    before = links.token(link)
    links.void(link, by=world.amina.actor)
    with pytest.raises(Missing):
        links.open(before)

    assert issued(world) is link

    with pytest.raises(Missing):
        links.open(before)
    assert links.open(links.token(link)) is link


def test_a_renewed_link_leaves_the_old_address_behind(world):
    link = issued(world)
    before = links.token(link)

    links.renew(link)
    db.session.flush()

    with pytest.raises(Missing):
        links.open(before)
    assert links.open(links.token(link)) is link


def test_all_links_of_somebody_are_voided_at_once(world):
    mine, other = issued(world), links.issue(world.salma, LinkPurpose.CALL, world.plan, expires_at=now() + SOON)
    token = links.token(mine)

    assert links.void_all(world.amina) == 1

    with pytest.raises(Missing):
        links.open(token)
    assert links.open(links.token(other)) is other


def test_a_link_is_found_only_where_it_was_issued(world):
    assert links.find(world.amina, LinkPurpose.CONFIRM, world.plan) is None

    link = issued(world)

    assert links.find(world.amina, LinkPurpose.CONFIRM, world.plan) is link
    assert links.find(world.amina, LinkPurpose.CALL, world.plan) is None
