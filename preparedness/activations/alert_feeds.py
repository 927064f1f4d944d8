"""Alert feeds: where an institution reads the bulletins of a warning service, and what was found there."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from sqlalchemy import select, update

from preparedness.accounts import agencies
from preparedness.accounts.models import Agency
from preparedness.activations import bulletins, proposals
from preparedness.activations.bulletins import Bulletin, Incomplete, Unreadable
from preparedness.activations.models import AlertFeed
from preparedness.audit import CLOCK, Action, Actor, record
from preparedness.database import changed, db, expect, now, touch, transaction
from preparedness.errors import Refused, frames
from preparedness.notifications import outside
from preparedness.notifications.outside import Barred, Unheard

logger = logging.getLogger("preparedness.alerts")

EVERY = timedelta(minutes=5)
MOST_FETCHED = 10
"""So many bulletins are fetched at a time; the others at the next look."""

MOST_TAKEN = 50
"""So many of those that stand in a feed in full are taken in at a time."""

LONGEST_TAG = 200
MOST_SEEN = 2_000
MOST_BYTES = 2_000_000
ENTRIES = frozenset({"entry", "item"})
"""What Atom and RSS call one thing of a feed."""

WHEN = frozenset({"updated", "pubDate", "modified"})


@dataclass
class Found:
    """What one look at a feed gave."""

    bulletins: list[Bulletin] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    etag: str | None = None
    failure: str | None = None


def of(agency: Agency) -> AlertFeed | None:
    """The feed an agency reads; None where it reads none."""
    return db.session.scalar(select(AlertFeed).where(AlertFeed.agency_id == agency.id))


def choose(agency: Agency, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Read the bulletins at this address from now on, or none. Raises Stale, or Refused for one that is not public."""
    feed, url = of(agency), data.get("url")
    if feed is not None:
        expect(feed, version, {"url": url}, ("url",))
    if url and (why := outside.why_not(url)):
        raise Refused(why, field="url")
    if url == (feed.url if feed else None):
        return
    if feed is not None and url:
        feed.url, feed.etag, feed.seen, feed.failure = url, None, [], None
        feed.next_at, feed.heard_at = now(), None
        touch(feed, by=by.label)
    elif feed is not None:
        db.session.delete(feed)
    elif url:
        feed = AlertFeed(agency_id=agency.id, url=url, updated_by=by.label)
        db.session.add(feed)
    assert feed is not None
    record(Action.ALERT_FEED_CHANGED, feed, by=by, reads=bool(url))


def poll() -> int:
    """Look at each feed whose turn it is, with no transaction open meanwhile; returns how many bulletins were new."""
    due = select(AlertFeed.id).where(AlertFeed.next_at <= now()).order_by(AlertFeed.next_at)
    with transaction():
        numbers = db.session.scalars(due).all()
    return sum(_poll_alone(number) for number in numbers)


def _poll_alone(number: int) -> int:
    """Look at one feed; its fault must not hold up the others."""
    try:
        return _poll(number)
    except Exception as error:
        logger.error("unread feed=%s kind=%s at:\n%s", number, type(error).__name__, frames(error))
        return 0


def _poll(number: int) -> int:
    claim = update(AlertFeed).where(AlertFeed.id == number, AlertFeed.next_at <= now())
    with transaction():
        mine = changed(claim.values(next_at=now() + EVERY)) == 1
        feed = db.session.get(AlertFeed, number) if mine else None
        asked = (feed.url, feed.etag, set(feed.seen)) if feed else None
    if asked is None:
        return 0
    url, etag, seen = asked
    found = look(url, etag, seen)
    with transaction():
        return _keep(number, url, found)


def _keep(number: int, url: str, found: Found) -> int:
    """Take in what was found, unless the institution chose another feed meanwhile."""
    feed = db.session.scalar(
        select(AlertFeed)
        .where(AlertFeed.id == number, AlertFeed.url == url)
        .execution_options(populate_existing=True)
        .with_for_update()
    )
    if feed is None:
        return 0
    agency = agencies.of(feed)
    fresh = sum(proposals.receive(agency, bulletin, by=CLOCK)[1] for bulletin in found.bulletins)
    heard = {"heard_at": now(), "etag": found.etag} if found.failure is None else {}
    seen = [*feed.seen, *found.seen][-MOST_SEEN:]
    # In one statement past the version, which belongs to whoever chooses the feed.
    changed(update(AlertFeed).where(AlertFeed.id == number).values(seen=seen, failure=found.failure, **heard))
    return fresh


def look(url: str, etag: str | None, seen: set[str]) -> Found:
    """What a feed holds that was not seen: a bulletin itself, bulletins within it, or their addresses."""
    try:
        answer = outside.get(url, {"If-None-Match": etag} if etag else {}, most=MOST_BYTES)
        if answer.status == 304:
            return Found(etag=etag)
        if answer.status != 200:
            return Found(failure=f"status {answer.status}")
        root = bulletins.parsed(answer.body, MOST_BYTES)
    except (Barred, Unheard, Unreadable) as error:
        return Found(failure=type(error).__name__.lower())
    within = {_digest(each.name, ""): each for each in _within(root)}
    fresh = {digest: each for digest, each in within.items() if digest not in seen}
    taken = list(fresh)[:MOST_TAKEN]
    found = Found(bulletins=[fresh[digest] for digest in taken], seen=taken)
    links = [link for link in dict.fromkeys(_links(root, url)) if _digest(*link) not in seen]
    for link, when in links[:MOST_FETCHED]:
        if _fetch(link, found):
            found.seen.append(_digest(link, when))
    # Only once nothing is left over may the service say that nothing is new.
    tag = {name.lower(): text for name, text in answer.headers.items()}.get("etag", "")
    whole = len(found.seen) == len(fresh) + len(links)
    found.etag = tag if whole and tag.isprintable() and 0 < len(tag) <= LONGEST_TAG else None
    return found


def _within(root: Element) -> Iterator[Bulletin]:
    """The bulletins that stand in a feed in full; what is incomplete is passed over."""
    for element in root.iter(bulletins.ROOT):
        try:
            yield bulletins.read_element(element)
        except Incomplete:
            continue


def _links(root: Element, base: str) -> Iterator[tuple[str, str]]:
    """Where the bulletins of a feed are, each with when it says it was changed."""
    if root.tag == bulletins.ROOT:
        return
    holding = _holding(root)
    for entry in root.iter():
        if _plain(entry.tag) in ENTRIES and entry not in holding:
            when = next((each.text or "" for each in entry if _plain(each.tag) in WHEN), "")
            if link := _absolute(base, _link(entry)):
                yield link, when.strip()


def _holding(root: Element) -> set[Element]:
    """The elements with a bulletin in them; each is looked at once, however deep they lie in one another."""
    above = {child: parent for parent in root.iter() for child in parent}
    found: set[Element] = set()
    for bulletin in root.iter(bulletins.ROOT):
        around = above.get(bulletin)
        while around is not None and around not in found:
            found.add(around)
            around = above.get(around)
    return found


def _absolute(base: str, link: str | None) -> str | None:
    try:
        return urljoin(base, link) if link else None
    except ValueError:  # no address at all
        return None


def _link(entry: Element) -> str | None:
    """The address of an entry's bulletin: what is marked as one, else its link."""
    marked = [each for each in entry if each.get("type") == bulletins.MEDIA_TYPE]
    named = [each for each in entry if _plain(each.tag) == "cap"]
    plain = [each for each in entry if _plain(each.tag) == "link" and each.get("rel", "alternate") == "alternate"]
    for each in [*marked, *named, *plain]:
        address = (each.get("href") or each.get("url") or each.text or "").strip()
        if address:
            return address
    return None


def _fetch(link: str, found: Found) -> bool:
    """Fetch one bulletin; False where another try may give more."""
    try:
        answer = outside.get(link, most=bulletins.MOST_BYTES)
        if answer.status != 200:
            return answer.status < 500
        found.bulletins.append(bulletins.read(answer.body))
    except (Barred, Unreadable, Incomplete):
        return True
    except Unheard:
        return False
    return True


def _plain(tag: Any) -> str:
    """The name of an element without its namespace."""
    return str(tag).rpartition("}")[2]


def _digest(link: str, when: str) -> str:
    return hashlib.sha256(f"{link}\n{when}".encode()).hexdigest()[:32]
