"""Heartbeats and leases: who keeps the clock, and for how long."""

import threading
from datetime import timedelta

from sqlalchemy import select

from preparedness import timetable
from preparedness.database import at, db, now, transaction
from preparedness.timetable import Heartbeat

HOUR = timedelta(hours=1)


def hold(name, holder, lasting=HOUR):
    with transaction():
        return timetable.hold(name, holder, lasting)


def beat(worker):
    with transaction():
        timetable.beat(worker, "host", 1)


def test_before_the_first_beat_no_worker_lives(app):
    assert timetable.last_beat() is None
    assert not timetable.alive(now())


def test_a_worker_lives_while_it_was_heard_of_just_now(app):
    beat("a")

    assert timetable.alive(now())
    assert not timetable.alive(now() + timedelta(minutes=2))


def test_a_beat_again_is_the_same_worker_and_the_latest_counts(app):
    beat("a")
    with at(now() + timedelta(minutes=1)):
        beat("a")
        beat("b")
        assert timetable.last_beat() == now()


def test_a_worker_not_heard_of_for_a_day_is_forgotten(app):
    beat("a")
    with at(now() + timedelta(days=2)):
        beat("b")

    assert list(db.session.scalars(select(Heartbeat.worker_id))) == ["b"]


def test_one_holds_a_lease_and_may_prolong_it(app):
    assert hold("remind", "a")
    assert not hold("remind", "b")
    assert hold("remind", "a")
    assert hold("expire", "b")


def test_a_lease_that_ran_out_is_free(app):
    hold("remind", "a")

    with at(now() + HOUR):
        assert hold("remind", "b")
        assert not hold("remind", "a")


def test_a_worker_that_stops_lets_go_of_its_leases_only(app):
    hold("remind", "a")
    hold("expire", "b")

    with transaction():
        timetable.let_go("a")

    assert hold("remind", "b")
    assert not hold("expire", "a")


def test_of_many_who_reach_for_a_lease_at_once_one_gets_it(app):
    got = []

    def reach(holder):
        with app.app_context():
            if hold("remind", holder):
                got.append(holder)

    threads = [threading.Thread(target=reach, args=(f"worker-{each}",)) for each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(got) == 1
