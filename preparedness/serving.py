"""Serving the pages with waitress, and a worker beside."""

import gc

from flask import Flask
from waitress import create_server

from preparedness import config, worker
from preparedness.config import Config


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until stopped; the worker beside ends with it."""
    settings: Config = app.extensions["preparedness"]
    server = create_server(app, host=host, port=port, threads=8, ident=None, clear_untrusted_proxy_headers=True)
    beside = worker.start_child(settings) if settings.worker == "inside" else None
    settle()
    try:
        server.run()
    finally:
        if beside is not None:
            worker.stop_child(beside)


def settle() -> None:
    """Let what lives as long as the process be looked at no more when memory is tidied, which a big copy does often."""
    gc.collect()
    gc.freeze()


def greeting(host: str, port: int) -> list[str]:
    """What the person who started it needs to know."""
    settings = config.current()
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - what was asked for, only shown
    lines = ["", f"Preparedness is at http://{shown}:{port}", ""]
    kept = settings.instance / "example-members.txt"
    if kept.exists():
        lines += ["Sign in as one of the example's members:", kept.read_text().rstrip(), ""]
    return [*lines, "Ctrl-C stops it."]
