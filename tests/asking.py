"""Steps that the tests of confirmations and of the link pages share: propose, ask, and find the link."""

from datetime import timedelta

from sqlalchemy import select

from preparedness.confirmations import campaigns
from preparedness.confirmations.models import Request
from preparedness.contacts import links
from preparedness.contacts.models import Link, LinkPurpose, Person
from preparedness.database import db, now
from preparedness.plans import assignments
from preparedness.plans.models import Assignment, Seat
from preparedness.vocabulary import Risk


def in_days(days):
    """A day so many days from now."""
    return (now() + timedelta(days=days)).date()


def propose(world, seat: Seat, holder) -> Assignment:
    """Ana proposes somebody for a seat."""
    return assignments.assign(seat, holder, by=world.ana)


def ask(world, days=14, **more) -> Request:
    """Ana asks everybody proposed; the request of the first of them."""
    campaign = campaigns.ask(world.plan, deadline=in_days(days), by=world.ana, **more)
    db.session.commit()
    return campaign.requests[0]


def amina_asked(world) -> tuple[Assignment, Request]:
    """Amina is proposed for the first seat and asked."""
    assignment = propose(world, world.seat, world.amina)
    return assignment, ask(world)


def link_of(person: Person, purpose=LinkPurpose.CONFIRM) -> Link:
    """The link that was issued to somebody."""
    return db.session.scalars(
        select(Link).where(Link.person_id == person.id, Link.purpose == purpose).order_by(Link.id.desc())
    ).first()


def address(person: Person, purpose=LinkPurpose.CONFIRM) -> str:
    """Where somebody's link leads, without the host."""
    return f"/a/{links.token(link_of(person, purpose))}"


def high_risk(world) -> Assignment:
    """The plan is of high risk; the Federation holds a seat, Amina is its contact point and chose a phrase."""
    world.plan.risk_class = Risk.HIGH
    world.amina.check_phrase = "yellow bicycle"
    return propose(world, world.seat, world.federation)
