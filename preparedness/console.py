"""The command line's manners: a refusal is one sentence, and what a program reads is JSON."""

import json
import sys
from typing import Any

import click

from preparedness.errors import Missing, Refused


class Commands(click.Group):
    """Says every refusal in one sentence on standard error, with exit status 1."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command; what the domain refuses is a sentence, not a traceback."""
        try:
            return super().invoke(context)
        except Refused as refused:
            click.echo(refused.sentence, err=True)
        except Missing:
            click.echo("Nothing of that name or number is here.", err=True)
        sys.exit(1)


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for a program to read.")


def say(facts: dict[str, Any], sentence: str, as_json: bool) -> None:
    """Print one fact sheet, for a person or for a program."""
    click.echo(json.dumps(facts, ensure_ascii=False, default=str) if as_json else sentence)
