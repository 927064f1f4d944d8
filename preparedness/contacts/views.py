"""The addresses of the roster's pages."""

from flask import Blueprint

from preparedness.contacts import organisation_views as organisations
from preparedness.contacts import people_views as people

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")

BOTH = ("GET", "POST")
PAGES = (
    ("/people", people.people, ("GET",)),
    ("/people/new", people.new_person, BOTH),
    ("/people/<id:person_id>", people.person, ("GET",)),
    ("/people/<id:person_id>/edit", people.edit_person, BOTH),
    ("/people/<id:person_id>/channels", people.add_channel, BOTH),
    ("/people/<id:person_id>/channels/<id:channel_id>/first", people.first_channel, ("POST",)),
    ("/people/<id:person_id>/channels/<id:channel_id>/remove", people.remove_channel, ("POST",)),
    ("/people/<id:person_id>/verify", people.verify_person, BOTH),
    ("/people/<id:person_id>/pause", people.pause_person, BOTH),
    ("/people/<id:person_id>/resume", people.resume_person, ("POST",)),
    ("/people/<id:person_id>/leave-alone", people.leave_person_alone, BOTH),
    ("/people/<id:person_id>/archive", people.archive_person, BOTH),
    ("/people/<id:person_id>/restore", people.restore_person, ("POST",)),
    ("/people/<id:person_id>/erase", people.erase_person, BOTH),
    ("/organisations", organisations.organisations, ("GET",)),
    ("/organisations/new", organisations.new_organisation, BOTH),
    ("/organisations/<id:organisation_id>", organisations.organisation, ("GET",)),
    ("/organisations/<id:organisation_id>/edit", organisations.edit_organisation, BOTH),
    ("/organisations/<id:organisation_id>/channels", organisations.add_organisation_channel, BOTH),
    (
        "/organisations/<id:organisation_id>/channels/<id:channel_id>/first",
        organisations.first_organisation_channel,
        ("POST",),
    ),
    (
        "/organisations/<id:organisation_id>/channels/<id:channel_id>/remove",
        organisations.remove_organisation_channel,
        ("POST",),
    ),
    ("/organisations/<id:organisation_id>/verify", organisations.verify_organisation, BOTH),
    ("/organisations/<id:organisation_id>/archive", organisations.archive_organisation, BOTH),
    ("/organisations/<id:organisation_id>/restore", organisations.restore_organisation, ("POST",)),
)

for address, view, methods in PAGES:
    blueprint.add_url_rule(address, view_func=view, methods=methods)
