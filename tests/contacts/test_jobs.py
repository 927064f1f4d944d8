"""What happens in the roster by itself."""

from datetime import timedelta

from preparedness import audit
from preparedness.contacts import jobs, standing
from preparedness.database import at, db, now


def test_a_verification_falls_back_on_the_night_after_it_ran_out(world):
    until = standing.today() + timedelta(days=5)
    for holder in (world.amina, world.federation):
        standing.vet(holder, 4, on=standing.today(), evidence="Signed", by=world.ana, expires_on=until)
    db.session.commit()

    with at(now() + timedelta(days=5)):
        jobs.refresh_verification()
        assert (world.amina.verification, world.federation.verification) == (4, 4)
    with at(now() + timedelta(days=6)):
        jobs.refresh_verification()

    assert (world.amina.verification, world.federation.verification) == (2, 2)
    entry = audit.of(world.amina)[0]
    assert (entry.actor_kind, entry.detail.before, entry.detail.after) == (
        audit.ActorKind.CLOCK,
        {"verification": 4},
        {"verification": 2},
    )


def test_a_night_with_nothing_to_do_changes_nothing(world):
    seen = world.amina.version

    jobs.refresh_verification()
    db.session.commit()

    assert world.amina.version == seen
