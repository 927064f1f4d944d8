"""LibreOffice at work in tests: files opened and saved again, in one go, as somebody without Excel would."""

import atexit
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests import programs


def saved_again(files: Mapping[str, bytes], kind: str = "xlsx") -> dict[str, bytes]:
    """Files by their names, as LibreOffice writes them; one start of the program for all of them."""
    program = programs.soffice()
    with tempfile.TemporaryDirectory() as folder:
        into, out = Path(folder, "in"), Path(folder, "out")
        into.mkdir()
        for name, content in files.items():
            (into / name).write_bytes(content)
        settings = f"-env:UserInstallation=file://{_profile()}"
        run = [program, settings, "--headless", "--convert-to", kind, "--outdir", str(out)]
        subprocess.run([*run, *map(str, sorted(into.iterdir()))], check=True, capture_output=True, timeout=120)
        return {name: (out / name).with_suffix(f".{kind}").read_bytes() for name in files}


@cache
def _profile() -> str:
    """The program's own settings, which it makes at its first start and finds at the next; gone with this process."""
    folder = tempfile.mkdtemp(prefix="preparedness-libreoffice-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
