"""The worker: all that happens by itself, and the process that keeps its time.

The clock here only ticks, in UTC. What is due is a row in the database, so that many workers or a missed night neither
repeat nor lose it.
"""

import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from preparedness import config, create_app, logs, timetable
from preparedness.accounts import throttle, webhooks
from preparedness.activations import jobs as activations
from preparedness.api import repeats
from preparedness.config import Config
from preparedness.confirmations import jobs as confirmations
from preparedness.contacts import jobs as contacts
from preparedness.database import transaction
from preparedness.errors import frames
from preparedness.exchange import jobs as exchange
from preparedness.notifications import jobs as notifications

logger = logging.getLogger("preparedness.worker")


@dataclass(frozen=True)
class Job:
    """One line of what happens by itself: how often it is looked at, what is done, and its sentence."""

    name: str
    every: timedelta
    act: Callable[[], object]
    sentence: str
    shared: bool = False
    """True where several workers do it at once, in transactions of its own; else one at a time does it in one."""


JOBS = (
    Job("deliver", timedelta(seconds=2), notifications.deliver, "Send the messages whose turn it is.", shared=True),
    Job("announce", timedelta(seconds=2), notifications.announce, "Tell programs what happened.", shared=True),
    Job("remind", timedelta(minutes=5), confirmations.remind, "Remind those who have not answered a request."),
    Job("expire", timedelta(minutes=10), confirmations.expire_requests, "Close requests whose deadline has passed."),
    Job("lapse", timedelta(hours=1), confirmations.lapse_confirmations, "Let confirmations run out."),
    Job("reports", timedelta(hours=1), confirmations.forget_reports, "Let answers noted by phone fall away in time."),
    Job("tasks", timedelta(minutes=10), activations.remind_tasks, "Remind the holders of tasks that are late."),
    Job("reviews", timedelta(minutes=5), activations.say_reviews_due, "Say that the review of an activation is due."),
    Job("returns", timedelta(seconds=2), exchange.work, "Read and apply returned copies that are large.", shared=True),
    Job("copies", timedelta(hours=1), exchange.forget, "Forget copies and files that are too old."),
    Job("alerts", timedelta(minutes=1), activations.read_alerts, "Read the alerts of warning services.", shared=True),
    Job("verify", timedelta(hours=1), contacts.refresh_verification, "Let verifications that ran out fall back."),
    Job("tries", timedelta(hours=1), throttle.sweep, "Forget how often something was tried days ago."),
    Job("repeats", timedelta(hours=1), repeats.sweep, "Forget requests whose repeat is answered alike no more."),
    Job("deliveries", timedelta(hours=1), webhooks.sweep, "Forget what programs were told long ago."),
)
BEAT = timedelta(seconds=15)
STOPS_WITHIN = 20
"""Seconds that a child gets to finish the message it sends."""

LONGEST_LEASE = timedelta(minutes=10)


def run(app: Flask, *, jobs: Iterable[Job] = JOBS, until_closed: BinaryIO | None = None) -> None:
    """Work until told to stop, or until this stream ends: a child must not outlive whoever started it."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    stopping = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _number, _frame: stopping.set())
    if until_closed is not None:
        threading.Thread(target=_watch, args=(until_closed, stopping), daemon=True).start()
    worker_id = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    scheduler = _timetable(app, worker_id, jobs)
    scheduler.start()
    stopping.wait()
    scheduler.shutdown(wait=True)
    with app.app_context(), transaction():
        timetable.let_go(worker_id)


def _timetable(app: Flask, worker_id: str, jobs: Iterable[Job]) -> BackgroundScheduler:
    """A clock that ticks for the heartbeat and for each job, at once and then at its interval."""
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    at_once = datetime.now(UTC)
    scheduler.add_job(_beat, "interval", [app, worker_id], seconds=BEAT.total_seconds(), next_run_time=at_once)
    for job in jobs:
        seconds = job.every.total_seconds()
        scheduler.add_job(tick, "interval", [app, job, worker_id], seconds=seconds, next_run_time=at_once)
    return scheduler


def _watch(stream: BinaryIO, stopping: threading.Event) -> None:
    while os.read(stream.fileno(), 1):  # unbuffered: a thread that waits in a buffer may not be left at the end
        pass
    stopping.set()


def _beat(app: Flask, worker_id: str) -> None:
    with app.app_context(), transaction():
        timetable.beat(worker_id, socket.gethostname(), os.getpid())


def tick(app: Flask, job: Job, worker_id: str) -> None:
    """Do one job if it is ours to do; what goes wrong is logged without its text, and tried again at the next tick."""
    try:
        with app.app_context():
            if job.shared:
                job.act()
            elif _is_ours(job, worker_id):
                with transaction():
                    job.act()
    except Exception as error:  # the other jobs go on
        logger.error("job=%s failed kind=%s at:\n%s", job.name, type(error).__name__, frames(error))


def _is_ours(job: Job, worker_id: str) -> bool:
    """Whoever took a job keeps it while they live, so that several workers do not all do it."""
    with transaction():
        return timetable.hold(job.name, worker_id, min(job.every * 2, LONGEST_LEASE))


def start_child(settings: Config) -> subprocess.Popen[bytes]:
    """Start a worker beside this process, with the same settings; it ends when this process does."""
    given = {f"{config.PREFIX}{each.name}": _as_text(settings, each.name) for each in config.SETTINGS}
    command = [sys.executable, "-m", __name__]
    return subprocess.Popen(command, env=os.environ | given, stdin=subprocess.PIPE)  # noqa: S603 - nothing typed


def stop_child(child: subprocess.Popen[bytes]) -> None:
    """Let the worker beside finish what it sends, then end."""
    child.terminate()
    try:
        child.communicate(timeout=STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()


def _as_text(settings: Config, name: str) -> str:
    """A setting as it stands in the environment."""
    value = settings.mail_urls if name == "MAIL_URL" else getattr(settings, name.lower())
    return " ".join(value) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    beside = create_app(config.load())
    logs.install(beside)
    run(beside, until_closed=sys.stdin.buffer)
