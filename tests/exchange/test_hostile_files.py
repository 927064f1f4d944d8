"""Hostile and odd files: each is refused in words that somebody can act on, or read; the server hardly notices."""

import resource
import sys
import time

import pytest

from preparedness.errors import Refused
from preparedness.exchange import uploads
from tests.exchange import hostile

MOST_SECONDS, MOST_MEMORY, MOST_HERE = 10, 512 * 1024, 200 * 1024
MEASURED = """
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_pid, status, used = os.wait4(pid, 0)
with open(sys.argv[1], "a") as told:
    print(used.ru_maxrss, used.ru_utime + used.ru_stime, file=told)
os.kill(os.getpid(), os.WTERMSIG(status)) if os.WIFSIGNALED(status) else sys.exit(os.WEXITSTATUS(status))
"""


@pytest.fixture
def children(monkeypatch, tmp_path):
    """What the reading children used: memory in KiB and processor time, one a child."""
    told = tmp_path / "used"
    told.write_text("")
    plain = uploads.command
    before = [sys.executable, "-I", "-c", MEASURED, str(told)]
    monkeypatch.setattr(uploads, "command", lambda *about: before + plain(*about))
    return lambda: [tuple(map(float, line.split())) for line in told.read_text().splitlines()]


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_hostile_file_is_refused_in_words_or_read_and_costs_little(name, children):
    make, says = hostile.FILES[name]
    content = make()
    memory, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        read, said = uploads.read(content), ""
    except Refused as refused:
        read, said = None, refused.sentence

    assert (says in said) if says else read is not None, said
    assert said == "" or len(said.split()) > 6, "it says what to do"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < MOST_HERE
    assert all(used < MOST_MEMORY for used, _seconds in children())
    assert sum(seconds for _used, seconds in children()) + time.process_time() - begun < MOST_SECONDS


def test_every_file_of_the_design_is_there():
    assert len(hostile.FILES) >= 52
