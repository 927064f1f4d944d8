"""Real exports, changed in ways that nobody thought of: bytes of the zip, text of its parts, cells of its sheets."""

import io
import random
import re
import zipfile

CELL = re.compile(rb'(<c r="[A-Z]+\d+"[^>]*?)(/>|>.*?</c>)')
ATTRIBUTE = re.compile(rb'([a-zA-Z:]+)="([^"]*)"')
NUMBER = re.compile(rb"\d+")
TAG = re.compile(rb"<[^>]+>")
ODD_VALUES = [
    *("", " ", "0", "-1", "1e308", "1e999", "NaN", "2958466", "99999999999999999999", "31/02/2026", "2026-13-45"),
    *("=1+1", "#REF!", "'", "\u0000".strip("\0"), "\u202e", "\ufeff", "x" * 40_000, "C-7K3M-Q", "N-0001", "#ref"),
    *("#pp:people:1", "#pp:people:999999999999", "#pp:nothing:x", "#name", "#check", "yes", "24:00", "25:61", "; ; ;"),
    *("a; b; c", "Haiti: ", ":", "\n", "أم", "😀" * 50, "50 % of %d", "{zone}", "<b>", "None", "TRUE"),
]
ODD_KINDS = ["s", "str", "inlineStr", "b", "e", "d", "n", "x", ""]


def mutated(content: bytes, seed: int) -> bytes:
    """A file that differs from a real one, always in the same way for the same seed."""
    rng = random.Random(seed)
    way = rng.choice([_bytes, _text, _text, _cells, _cells, _cells])
    return way(content, rng)


def _bytes(content: bytes, rng: random.Random) -> bytes:
    """Bytes of the zip itself, flipped, cut out or doubled."""
    changed = bytearray(content)
    for _turn in range(rng.choice([1, 1, 2, 5, 50])):
        place = rng.randrange(len(changed))
        match rng.randrange(4):
            case 0 | 1:
                changed[place] ^= 1 << rng.randrange(8)
            case 2:
                del changed[place : place + rng.randrange(1, 200)]
            case _:
                changed[place:place] = changed[place : place + rng.randrange(1, 200)]
        if not changed:
            break
    return bytes(changed)


def _text(content: bytes, rng: random.Random) -> bytes:
    """The text of one or two parts: tags, attributes and numbers, taken away, doubled or exchanged."""
    parts = _parts(content)
    for name in rng.sample(sorted(parts), k=rng.choice([1, 1, 2])):
        for _turn in range(rng.choice([1, 2, 5])):
            parts[name] = rng.choice([_tag, _attribute, _number, _piece])(parts[name], rng)
    if rng.random() < 0.1:
        del parts[rng.choice(sorted(parts))]
    return _zipped(parts)


def _tag(part: bytes, rng: random.Random) -> bytes:
    found = list(TAG.finditer(part))
    if not found:
        return part
    one, other = rng.choice(found), rng.choice(found)
    return part[: one.start()] + rng.choice([b"", one[0] * 2, other[0]]) + part[one.end() :]


def _attribute(part: bytes, rng: random.Random) -> bytes:
    found = list(ATTRIBUTE.finditer(part))
    if not found:
        return part
    one, other = rng.choice(found), rng.choice(found)
    said = rng.choice([other[2], b"", b"0", b"-1", b"4294967296", b"A1:XFD1048576", b"&#0;", b"\xff", b"x" * 5_000])
    return part[: one.start(2)] + said + part[one.end(2) :]


def _number(part: bytes, rng: random.Random) -> bytes:
    found = list(NUMBER.finditer(part))
    if not found:
        return part
    one = rng.choice(found)
    said = rng.choice([b"0", b"-1", b"999", b"1048577", b"99999999999", b"1.5", b"1e5", b""])
    return part[: one.start()] + said + part[one.end() :]


def _piece(part: bytes, rng: random.Random) -> bytes:
    if not part:
        return part
    start = rng.randrange(len(part))
    end = min(len(part), start + rng.randrange(1, 300))
    return part[:start] + rng.choice([b"", part[start:end] * 2, bytes(reversed(part[start:end]))]) + part[end:]


def _cells(content: bytes, rng: random.Random) -> bytes:
    """Cells of the sheets: other values, other kinds, other addresses, formulas, merged areas, whole rows away."""
    parts = _parts(content)
    pages = [name for name in sorted(parts) if name.startswith("xl/worksheets/sheet")]
    for name in rng.sample(pages, k=min(len(pages), rng.choice([1, 2, 3]))):
        found = list(CELL.finditer(parts[name]))
        for cell in sorted(
            rng.sample(found, k=min(len(found), rng.choice([1, 5, 30]))), key=lambda each: -each.start()
        ):
            parts[name] = parts[name][: cell.start()] + _cell(cell[1], rng) + parts[name][cell.end() :]
        if rng.random() < 0.2:
            area = f"A{rng.randrange(1, 20)}:D{rng.randrange(1, 30)}"
            merged = f'</sheetData><mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'
            parts[name] = parts[name].replace(b"</sheetData>", merged.encode())
        if rng.random() < 0.2:
            parts[name] = re.sub(rb'<row r="%d".*?</row>' % rng.randrange(1, 8), b"", parts[name], flags=re.DOTALL)
    return _zipped(parts)


def _cell(head: bytes, rng: random.Random) -> bytes:
    address = re.search(rb'r="([A-Z]+\d+)"', head)
    where = address[1] if address and rng.random() < 0.9 else rng.choice([b"B3", b"A1", b"ZZ9", b"A60000", b""])
    value, kind = rng.choice(ODD_VALUES).encode("utf-8", "replace"), rng.choice(ODD_KINDS).encode()
    value = value.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
    inside = [b"<v>%s</v>" % value, b"<is><t>%s</t></is>" % value, b"<f>1+1</f>", b"<f>1+1</f><v>%s</v>" % value, b""]
    style = b' s="%d"' % rng.randrange(40) if rng.random() < 0.5 else b""
    return b'<c r="%s"%s t="%s">%s</c>' % (where, style, kind, rng.choice(inside))


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return held.getvalue()
