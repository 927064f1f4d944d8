"""The pages of a proposal: looked at, dismissed, and never more than that."""

import pytest

from preparedness.activations import bulletins, proposals
from preparedness.activations.models import Activation, ProposalState
from preparedness.database import db, transaction
from tests.activations import stage
from tests.activations.bulletins import bulletin
from tests.recordings import recorded


def take_in(world, **told):
    with transaction():
        return proposals.receive(world.agency, bulletins.read(bulletin(**told)), by=world.ana)[0]


@pytest.fixture
@recorded
def proposal(world):
    with transaction():
        stage.approved(world)
    return take_in(world)


def test_it_waits_on_to_do_with_who_what_and_when(client, world, proposal):
    page = client.sign_in(world.members["ana"]).get("/").text

    for said in (
        "National Seismic Service",
        "Strong earthquake near Les Cayes",
        "23:35 (Port-au-Prince)",
        "Earthquake, Haiti",
    ):
        assert said in page
    assert f'href="/proposals/{proposal.id}"' in page
    assert f'action="/proposals/{proposal.id}/dismiss"' in page


def test_looking_leads_to_the_page_that_activates_and_does_nothing_itself(client, world, proposal):
    page = client.sign_in(world.members["ana"]).get(f"/proposals/{proposal.id}")

    assert page.status_code == 200
    assert f'href="/plans/{world.plan.id}/activate"' in page.text
    assert "Full activation" in page.text
    assert db.session.query(Activation).count() == 0


def test_dismissed_it_waits_no_more(client, world, proposal):
    ana = client.sign_in(world.members["ana"])

    assert ana.post(f"/proposals/{proposal.id}/dismiss", data={"version": proposal.version}).status_code == 302
    assert proposal.state is ProposalState.DISMISSED
    assert "Seismic" not in ana.get("/").text
    ana.post(f"/proposals/{proposal.id}/dismiss")
    assert "no longer waits" in ana.get("/").text


def test_operators_are_asked_nothing(client, world, proposal):
    rui = client.sign_in(world.members["rui"])

    assert "Seismic" not in rui.get("/").text
    assert rui.get(f"/proposals/{proposal.id}").status_code == 403


def test_an_exercise_of_the_service_says_so_first_and_last(client, world, proposal):
    take_in(world, identifier="eq-2", status="Exercise")

    assert "EXERCISE National Seismic Service" in client.sign_in(world.members["ana"]).get("/").text


def test_what_a_service_writes_is_shown_as_text(client, world, proposal):
    take_in(world, identifier="eq-2", area="Haiti &lt;script&gt;alert(1)&lt;/script&gt;")
    row = db.session.query(type(proposal)).filter_by(identifier="eq-2").one()
    page = client.sign_in(world.members["ana"]).get(f"/proposals/{row.id}")

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text
