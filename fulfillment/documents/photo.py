"""Photographs of parcels: small JPEG pictures without what a camera writes beside them, like where it stood; pure."""

from collections.abc import Iterator

MOST_BYTES = 300_000
START, END, SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
KEPT = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, 0xDA, 0xE0})
"""The parts that a picture is drawn from: frames, tables, restarts, the scan, and its own head."""


class NoPhoto(ValueError):
    """The bytes are no such picture; the text says why, for whoever took it."""


def plain_photo(content: bytes) -> bytes:
    """Return a JPEG picture without the notes of its camera.

    :raises NoPhoto: for another kind of file, a broken one, and one of more than 300 KB.
    """
    if not content.startswith(START + b"\xff") or not content.rstrip(b"\x00").endswith(END):
        raise NoPhoto("This is no JPEG picture. Take the photo with the camera.")
    if len(content) > MOST_BYTES:
        raise NoPhoto(f"The photo has {len(content) // 1000} KB; {MOST_BYTES // 1000} are kept. Take it smaller.")
    return START + b"".join(_parts(content))


def _parts(content: bytes) -> Iterator[bytes]:
    """Yield the parts that are kept, the scan with all that follows last."""
    at = len(START)
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            break
        kind, size = content[at + 1], 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if kind == SCAN:
            yield content[at:]
            return
        if size < 4:
            break
        if kind in KEPT:
            yield content[at : at + size]
        at += size
    raise NoPhoto("This picture is broken. Take the photo again.")
