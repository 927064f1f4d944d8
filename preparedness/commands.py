"""The `preparedness` command: what an operator of this server types."""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask

from preparedness import checks, config, create_app, demo, erasures, logs, migrating, serving, worker
from preparedness.accounts import agencies, members, tokens
from preparedness.accounts.models import Access
from preparedness.audit import CONSOLE
from preparedness.backups import back_up, bring_back
from preparedness.console import Commands, as_json, say
from preparedness.contacts import people
from preparedness.contacts.models import ErasureReason
from preparedness.database import db, transaction
from preparedness.errors import Missing, Refused
from preparedness.exchange import decisions, returns, uploads, workbooks
from preparedness.exchange.models import ReturnState, WorkbookKind


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Embed diaspora organisations and people in emergency plans."""


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the app, with the settings of this deployment."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        app = create_app(config.load())
        with app.app_context():
            return command(app, *args, **options)

    return run


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
@click.option("--prepare", is_flag=True, help="Migrate first, and load the example where there is no institution yet.")
def serve(host: str, port: int, prepare: bool) -> None:
    """Serve the pages, with a worker beside unless PREPAREDNESS_WORKER is outside."""
    if "PREPAREDNESS_BASE_URL" not in os.environ and port != 5000:
        os.environ["PREPAREDNESS_BASE_URL"] = f"http://127.0.0.1:{port}"
    app = create_app(config.load())
    with app.app_context():
        if prepare:
            migrating.upgrade()
            demo.load_first()
        checks.refuse_unready()
        for line in serving.greeting(host, port):
            click.echo(line)
    logs.install(app)
    serving.serve(app, host, port)


@main.command("worker")
@with_app
def run_worker(app: Flask) -> None:
    """Send what waits and do what is due, until stopped. Several may run at once."""
    logs.install(app)
    worker.run(app)


@main.command()
@with_app
def upgrade(_app: Flask) -> None:
    """Bring the database to the tables of this release."""
    migrating.upgrade()
    click.echo("The database is up to date.")


@main.command("demo")
@click.option("--reset", is_flag=True, help="Throw the present example away and load it anew.")
@with_app
def load_demo(_app: Flask, reset: bool) -> None:
    """Load the example agency, everything of it marked EXAMPLE."""
    for line in demo.reset() if reset else demo.load_first():
        click.echo(line)


@main.command("check")
@as_json
@with_app
def check(_app: Flask, as_json: bool) -> None:
    """Say whether this deployment is fit to serve, and what to write where it is not."""
    found = checks.findings()
    if as_json:
        click.echo(json.dumps([{"serious": each.serious, "sentence": each.sentence} for each in found]))
    else:
        for each in found:
            click.echo(("Mend: " if each.serious else "Note: ") + each.sentence, err=each.serious)
        if not found:
            click.echo("All is well.")
    if any(each.serious for each in found):
        sys.exit(1)


@main.group()
def agency() -> None:
    """Institutions of this server."""


@agency.command("add")
@click.argument("name")
@click.option("--country", required=True, help="ISO 3166-1 alpha-2 code.")
@click.option("--language", default="en", show_default=True)
@click.option("--timezone", default="UTC", show_default=True)
@as_json
@with_app
def add_agency(_app: Flask, name: str, country: str, language: str, timezone: str, as_json: bool) -> None:
    """Start an institution."""
    with transaction():
        data = checks.agency({"name": name, "country": country, "language": language, "timezone": timezone})
        made = agencies.add(data, by=CONSOLE)
        facts = {"id": made.id, "name": made.name}
    say(facts, f"{name} is started.", as_json)


@main.group()
def member() -> None:
    """Members of an institution."""


@member.command("add")
@click.argument("email")
@click.option("--agency", "agency_name")
@click.option("--access", type=click.Choice([each.value for each in Access]), required=True)
@click.option("--name", help="Without it, the part before the @.")
@click.option("--password", help="- reads it from standard input; without it, a one-time sign-in address is printed.")
@as_json
@with_app
def add_member(
    _app: Flask, email: str, agency_name: str | None, access: str, name: str | None, password: str | None, as_json: bool
) -> None:
    """Add a member, or print a new one-time sign-in address for one who is there."""
    secret = sys.stdin.readline().rstrip("\n") if password == "-" else password  # noqa: S105
    with transaction():
        tenant = agencies.named(agency_name)
        try:
            row = members.by_email(email, agency=tenant)
        except Missing:
            data = checks.member({"email": email, "name": name or email.split("@")[0], "access": access}, secret)
            row = members.add(tenant, data, password=secret, by=CONSOLE)
        address = None if secret else members.one_time_address(row)
        facts = {"id": row.id, "email": row.email, "address": address}
    say(facts, address or f"{email} can sign in.", as_json)


@main.group()
def token() -> None:
    """Tokens that programs sign in with."""


@token.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The program that will use it.")
@click.option("--read-only", is_flag=True, help="Without it, it may write what the member may.")
@click.option("--days", default=tokens.LASTS.days, show_default=True, help="Until it expires.")
@click.option("--agency", "agency_name")
@as_json
@with_app
def add_token(_app: Flask, email: str, agency_name: str | None, as_json: bool, read_only: bool, **given: Any) -> None:
    """Make a token that acts as a member. It is the last word printed, and never shown again."""
    with transaction():
        member = members.by_email(email, agency=agencies.named(agency_name) if agency_name else None)
        row, text = tokens.add(member, {**checks.token(given), "read_only": read_only}, by=CONSOLE)
        facts = {"id": row.id, "member": email, "read_only": read_only, "expires_at": row.expires_at, "token": text}
    say(facts, f"{row.name} acts as {email} until {facts['expires_at']:%Y-%m-%d}: {text}", as_json)


@main.command("export")
@click.argument("kind", type=click.Choice([each.value for each in WorkbookKind]))
@click.argument("subject_id", type=int, required=False)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--contacts", is_flag=True, help="With contact details; needs --reason.")
@click.option("--reason")
@click.option("--blank", is_flag=True, help="A roster with nothing in it, to fill.")
@click.option("--agency", "agency_name")
@click.option("--by", "email", help="The member it is made for; without it, the console.")
@with_app
def take_offline(_app: Flask, output: Path, agency_name: str | None, email: str | None, **wanted: Any) -> None:
    """Take a workbook offline."""
    with transaction():
        tenant = agencies.named(agency_name)
        member = members.by_email(email, agency=tenant) if email else None
        kind, subject_id = WorkbookKind(wanted.pop("kind")), wanted.pop("subject_id")
        if kind is not WorkbookKind.ROSTER and subject_id is None:
            raise Refused("Say which: the number of the plan or activation.")
        copy = workbooks.take(
            kind, subject_id, agency=tenant, member=member, by=member.actor if member else CONSOLE, **wanted
        )
        content = workbooks.file(copy, agency=tenant)
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    click.echo(f"Copy no. {copy.number} is in {output}.")


@main.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(["roster"]), help="What a file is that does not say so itself.")
@click.option("--dry-run", is_flag=True, help="Only say what it would change.")
@click.option("--mine", "side", flag_value="mine", help="Where two entries differ, take the file's.")
@click.option("--server", "side", flag_value="server", default="server", help="… keep the system's (default).")
@click.option("--agency", "agency_name")
@click.option("--by", "email", required=True, help="The member who brings it in.")
@as_json
@with_app
def bring_in(_app: Flask, path: Path, dry_run: bool, side: str, as_json: bool, **who: Any) -> None:
    """Bring a workbook back, or a roster in."""
    content = path.read_bytes()
    read = uploads.read(content, path.name)
    with transaction():
        tenant = agencies.named(who["agency_name"])
        member = members.by_email(who["email"], agency=tenant)
        by = member.actor
        brought = returns.bring(content, filename=path.name, agency=tenant, member=member, by=by, read=read)
        refusal = brought.refusal
        if brought.state is ReturnState.READY and not dry_run:
            sided = decisions.many(brought, side)
            returns.apply(brought, agency=tenant, member=member, by=by, choices=sided, at_once=True)
        facts = {
            "return": brought.id,
            "state": brought.state,
            "counts": brought.counts,
            "problems": brought.problems,
            "notices": brought.notices,
        }
        sentence = f"{brought.state.words}: {_counted(brought.counts)}."
        if dry_run:
            db.session.rollback()
    if refusal:
        raise Refused(refusal)
    say(facts, sentence, as_json)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing to change"


@main.command("backup")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@with_app
def backup(_app: Flask, path: Path) -> None:
    """Write the whole database to one file that only you can read."""
    rows = back_up(path)
    click.echo(f"{rows} rows are in {path}.")


@main.command("restore")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_app
def restore(_app: Flask, path: Path) -> None:
    """Bring a backup back into an empty database."""
    migrating.upgrade()
    with transaction():
        rows = bring_back(path)
        erased = erasures.apply_again()
    click.echo(f"{rows} rows are back; {erased} people who were erased since are erased again.")


@main.command("erase")
@click.argument("kind", type=click.Choice(["person"]))
@click.argument("person_id", type=int)
@click.option("--agency", "agency_name")
@with_app
def erase(_app: Flask, kind: str, person_id: int, agency_name: str | None) -> None:
    """Erase a person's data everywhere it is kept."""
    with transaction():
        person = people.get(person_id, agency=agencies.named(agency_name))
        ref = person.ref
        people.erase(person, by=CONSOLE, reason=ErasureReason.THEIR_WISH)
    click.echo(f"{kind} {ref} is erased.")


if __name__ == "__main__":
    main()
