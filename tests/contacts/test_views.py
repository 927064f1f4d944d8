"""The roster's pages, as Ana meets them."""

import pytest

from preparedness.contacts import organisations, people, standing
from preparedness.contacts.models import ContactState
from preparedness.database import db
from preparedness.plans import assignments


@pytest.fixture
def ana(world, client):
    return client.sign_in(world.members["ana"])


def page(response):
    return response.get_data(as_text=True)


def new_person(**more):
    sent = {"name": "Jean Pierre", "language": "ht", "reach": "jean@example.org", "source": "colleague", **more}
    return {name: value for name, value in sent.items() if value is not None}


# --- Lists ---------------------------------------------------------------------------------------------------------


def test_the_list_says_who_may_be_asked_and_why_not(world, ana):
    html = page(ana.get("/contacts/people"))

    assert "may be asked" in html
    assert "They asked to be left alone." in html


def test_s1_a_sensitive_person_is_listed_by_the_working_name(world, ana):
    html = page(ana.get("/contacts/people"))

    assert "Rose" in html
    assert "Salma" not in html
    assert "Salma" in page(ana.get(f"/contacts/people/{world.salma.id}"))


def test_filters_stay_in_the_address_and_what_is_not_understood_is_left_out(world, ana):
    html = page(ana.get("/contacts/people?country=CA&verification=9&page=x&capability=juggling&organisation=abc"))

    assert "Amina Diallo" in html
    assert "Tomas Okello" not in html
    assert "sort=-name" in html
    assert "country=CA" in html


def test_filters_that_find_nobody_say_so(world, ana):
    assert "Nobody matches" in page(ana.get("/contacts/people?q=zzz"))
    assert "None matches" in page(ana.get("/contacts/organisations?q=zzz"))


def test_an_empty_roster_teaches_what_it_is_for(world, client, monkeypatch):
    ana = client.sign_in(world.members["ana"])
    for person in (world.amina, world.tomas, world.salma):
        people.archive(person, by=world.ana)
    organisations.archive(world.federation, by=world.ana)

    assert "Nobody is in the roster yet" in page(ana.get("/contacts/people"))
    assert "No organisation is in the roster yet" in page(ana.get("/contacts/organisations"))


def test_the_people_of_one_organisation_keep_it_in_the_filters(world, ana):
    html = page(ana.get(f"/contacts/people?organisation={world.federation.id}&q=amina"))

    assert f'name="organisation" value="{world.federation.id}"' in html
    assert "Amina Diallo" in html


def test_a_page_of_people_takes_the_same_statements_however_many_there_are(world, ana, statements, crowd):
    people.add_many(world.agency, crowd(60), by=world.ana)
    ana.get("/contacts/people")
    with statements() as few:
        ana.get("/contacts/people")
    people.add_many(world.agency, crowd(500), by=world.ana)
    db.session.commit()

    with statements() as many:
        assert ana.get("/contacts/people?page=3").status_code == 200

    assert len(many) <= len(few)


# --- Adding --------------------------------------------------------------------------------------------------------


def test_a_person_is_added_with_five_things(world, ana):
    sent = ana.post("/contacts/people/new", data=new_person(organisation_id=str(world.federation.id)))

    made = people.listed(world.agency, q="jean").items[0]
    assert (sent.status_code, sent.location) == (302, f"/contacts/people/{made.id}")
    assert (made.organisation, made.country) == (world.federation, "CA")


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(world, ana):
    sent = ana.post("/contacts/people/new", data=new_person(reach="nowhere", source=None))

    html = page(sent)
    assert sent.status_code == 422
    assert 'href="#field-reach"' in html
    assert 'href="#field-source"' in html
    assert 'value="Jean Pierre"' in html
    assert people.listed(world.agency, q="jean").total == 0


def test_another_agencys_organisation_is_not_among_the_choices(world, ana):
    sent = ana.post("/contacts/people/new", data=new_person(organisation_id=str(world.foreign_organisation.id)))

    assert sent.status_code == 422


def test_a_likely_twin_is_shown_and_added_only_with_a_tick(world, ana):
    twin = new_person(name="Amina Diallo", reach="amina@example.org")
    sent = ana.post("/contacts/people/new", data=twin)
    assert sent.status_code == 422
    assert f"/contacts/people/{world.amina.id}" in page(sent)
    assert "the same e-mail address" in page(sent)

    assert ana.post("/contacts/people/new", data={**twin, "anyway": "yes"}).status_code == 302

    assert people.listed(world.agency, q="amina diallo").total == 2


def test_an_organisation_is_added_with_five_things(world, ana):
    data = {"name": "Club", "kind": "hometown_association", "country": "FR", "city": "Lyon", "reach": "+33199001234"}

    assert ana.post("/contacts/organisations/new", data=data).status_code == 302

    made = organisations.listed(world.agency, q="club").items[0]
    assert (made.city, made.channels[0].address) == ("Lyon", "+33199001234")
    assert ana.post("/contacts/organisations/new", data=data).status_code == 422


# --- Changing ------------------------------------------------------------------------------------------------------


def edited(person, **more):
    return {
        "version": str(person.version),
        "name": person.name,
        "language": "en",
        "country": "CA",
        "timezone": "America/Toronto",
        "source": "themselves",
        **more,
    }


def test_a_person_is_edited(world, ana):
    data = edited(world.amina, city="Brampton", capabilities=["legal"], serves="Haiti: Ouest", languages=["ht"])

    sent = ana.post(f"/contacts/people/{world.amina.id}/edit", data=data)

    assert sent.status_code == 302
    html = page(ana.get(f"/contacts/people/{world.amina.id}"))
    for words in ("Brampton", "legal advice", "Ouest", "Haitian Creole"):
        assert words in html
    assert 'value="Brampton"' in page(ana.get(f"/contacts/people/{world.amina.id}/edit"))


def test_a_stale_form_shows_both_values_in_words_and_saves_nothing(world, ana):
    old = edited(world.amina, source="colleague", city="Laval")
    people.change(world.amina, {"source": "public_source"}, version=None, by=world.ada)

    sent = ana.post(f"/contacts/people/{world.amina.id}/edit", data=old)

    html = page(sent)
    assert sent.status_code == 409
    assert "<td>a colleague</td>" in html
    assert "<td>a public source" in html
    assert "Laval" in html
    assert world.amina.city is None
    again = {**old, "version": str(world.amina.version)}
    assert ana.post(f"/contacts/people/{world.amina.id}/edit", data=again).status_code == 302


def test_an_organisation_gets_its_contact_point(world, ana):
    address = f"/contacts/organisations/{world.federation.id}/edit"
    data = {"version": str(world.federation.version), "name": "Federation", "kind": "umbrella_network", "country": "CA"}

    assert ana.post(address, data={**data, "contact_person_id": str(world.tomas.id)}).status_code == 422
    assert ana.post(address, data={**data, "contact_person_id": ""}).status_code == 302
    assert world.federation.contact_person is None

    data["version"] = str(world.federation.version)
    assert ana.post(address, data={**data, "contact_person_id": str(world.amina.id)}).status_code == 302
    assert world.federation.contact_person is world.amina


@pytest.mark.parametrize("kind", ["people", "organisations"])
def test_ways_to_reach_somebody_are_added_put_first_and_removed(world, ana, kind):
    row = world.amina if kind == "people" else world.federation
    base = f"/contacts/{kind}/{row.id}/channels"

    def post(where, **data):
        return ana.post(where, data={"version": str(row.version), **data}).status_code

    assert post(base, kind="email", address="office@example.org") == 302
    assert post(base, kind="phone", address="+15145550105") == 302
    assert post(base, kind="phone", address="+15145550105") == 422
    assert post(base, kind="phone", address="no number") == 422
    assert post(f"{base}/{row.channels[-1].id}/first") == 302
    assert row.channels[0].address == "+15145550105"
    assert post(f"{base}/{row.channels[0].id}/remove") == 302
    assert post(f"{base}/99999/remove") == 404
    assert "office@example.org" in page(ana.get(f"/contacts/{kind}/{row.id}"))


@pytest.mark.parametrize("kind", ["people", "organisations"])
def test_a_verification_is_recorded(world, ana, kind):
    row = world.amina if kind == "people" else world.federation
    data = {"level": "3", "on": standing.today().isoformat(), "evidence": "Registration read at its source"}

    assert ana.post(f"/contacts/{kind}/{row.id}/verify", data={**data, "evidence": ""}).status_code == 422
    assert ana.post(f"/contacts/{kind}/{row.id}/verify", data={**data, "on": "2999-01-01"}).status_code == 422
    assert ana.post(f"/contacts/{kind}/{row.id}/verify", data=data).status_code == 302

    assert "Registration read at its source" in page(ana.get(f"/contacts/{kind}/{row.id}"))
    assert row.verification == 3


# --- Pausing and parting -------------------------------------------------------------------------------------------


def test_requests_are_paused_and_taken_up_again(world, ana):
    address = f"/contacts/people/{world.amina.id}"
    assert ana.post(f"{address}/pause", data={"until": "2020-01-01"}).status_code == 422
    assert ana.post(f"{address}/pause", data={"until": "2099-01-01"}).status_code == 302
    assert "They paused all requests until" in page(ana.get(address))

    assert ana.post(f"{address}/resume").status_code == 302

    assert world.amina.paused_until is None


def test_somebody_who_asked_for_it_is_left_alone(world, ana):
    address = f"/contacts/people/{world.amina.id}/leave-alone"
    assert "Only they themselves can take it back" in page(ana.get(address))

    assert ana.post(address).status_code == 302

    assert world.amina.opted_out_at is not None


@pytest.mark.parametrize("kind", ["people", "organisations"])
def test_somebody_is_archived_and_brought_back_and_their_roles_end(world, ana, kind):
    row = world.amina if kind == "people" else world.federation
    assignments.assign(world.seat, row, by=world.ana)
    address = f"/contacts/{kind}/{row.id}"
    assert "Diaspora coordination lead" in page(ana.get(f"{address}/archive"))
    assert "Diaspora coordination lead" in page(ana.get(address))

    assert ana.post(f"{address}/archive").status_code == 302
    assert row.state is ContactState.ARCHIVED
    assert assignments.of(row) == []
    assert "Bring back" in page(ana.get(address))

    assert ana.post(f"{address}/restore").status_code == 302
    assert row.state is ContactState.ACTIVE


def test_nobody_is_erased_without_a_reason_and_a_tick(world, ana):
    address = f"/contacts/people/{world.amina.id}/erase"
    assert "cannot be undone" in page(ana.get(address))
    assert ana.post(address, data={"reason": "their_wish"}).status_code == 422
    assert ana.post(address, data={"sure": "yes"}).status_code == 422

    sent = ana.post(address, data={"reason": "their_wish", "sure": "yes"})

    assert (sent.status_code, sent.location) == (302, "/contacts/people")
    assert ana.get(f"/contacts/people/{world.amina.id}").status_code == 404


def test_a_version_that_moved_is_said_and_nothing_happens(world, ana):
    sent = ana.post(f"/contacts/people/{world.amina.id}/archive", data={"version": "99"})

    assert sent.status_code == 409
    assert world.amina.state is ContactState.ACTIVE


# --- Fences --------------------------------------------------------------------------------------------------------

PERSON_PAGES = ("", "/edit", "/verify", "/pause", "/leave-alone", "/archive", "/erase")
ORGANISATION_PAGES = ("", "/edit", "/verify", "/archive")


def test_another_agencys_rows_are_missing_like_any_other(world, ana):
    for end in PERSON_PAGES:
        assert ana.get(f"/contacts/people/{world.foreign_person.id}{end}").status_code == 404
    for end in ORGANISATION_PAGES:
        assert ana.get(f"/contacts/organisations/{world.foreign_organisation.id}{end}").status_code == 404
    assert ana.post(f"/contacts/people/{world.foreign_person.id}/archive").status_code == 404


def test_an_operator_does_not_see_the_roster(world, client):
    rui = client.sign_in(world.members["rui"])

    for address in ("/contacts/people", f"/contacts/people/{world.amina.id}", "/contacts/organisations"):
        assert rui.get(address).status_code == 403
