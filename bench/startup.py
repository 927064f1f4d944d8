"""How long until the first page, on a second start, against a bare Flask app that waitress serves?"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from statistics import median

BARE = """
import sys
from flask import Flask
from waitress import serve
app = Flask(__name__)
app.add_url_rule("/health", "health", lambda: "ok")
serve(app, host="127.0.0.1", port=int(sys.argv[1]))
"""


def port() -> int:
    """A free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def first_page(command: list[str], number: int, path: str, environment: dict[str, str]) -> float:
    """Seconds from the start of a process to its first page."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{number}{path}", timeout=5):
                    return time.perf_counter() - begun
            except OSError:
                if process.poll() is not None:
                    raise SystemExit("the server ended before its first page") from None
                time.sleep(0.01)
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Start both in turn, five times."""
    with tempfile.TemporaryDirectory(prefix="preparedness-bench-") as instance:
        environment = os.environ | {"PREPAREDNESS_INSTANCE": instance}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a second start finds what the first has compiled
        ours, bare = [], []
        for turn in range(6):
            number = port()
            serve = [sys.executable, "-m", "preparedness.commands", "serve", "--prepare", "--port", str(number)]
            took = first_page(serve, number, "/sign-in", environment)
            if turn == 0:
                print(f"first start, with migration and example: {took:.2f} s")
                continue
            ours.append(took)
            number = port()
            bare.append(first_page([sys.executable, "-c", BARE, str(number)], number, "/health", environment))
        print(
            f"second start to the first page: {median(ours):.2f} s (worst {max(ours):.2f}),"
            f" bare Flask {median(bare):.2f} s"
        )
        print(f"ratio: {median(ours) / median(bare):.1f}")


if __name__ == "__main__":
    main()
