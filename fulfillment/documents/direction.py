"""Left-to-right drawing order for lines with Hebrew or Arabic letters."""

import re
import unicodedata

_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_CLASSES = {"R": "R", "AL": "R", "L": "L", "EN": "N", "AN": "N"}
_KEPT_INSIDE_RIGHT_TO_LEFT = re.compile(r"L(?:[^R]*[LN])?|N+(?:[.,:/-]N+)*")
_RIGHT_TO_LEFT = re.compile(r"R(?:[^L]*[RN])?")


def _classes(line: str) -> str:
    """One letter a character: R(ight to left), L(eft to right), N(umber), or the mark itself."""
    return "".join(_CLASSES.get(unicodedata.bidirectional(mark), mark if mark in ".,:/-" else " ") for mark in line)


def _reversed_keeping_numbers(line: str) -> str:
    """The line backwards, with numbers and Latin words still readable."""
    pieces: list[str] = []
    position = 0
    for kept in _KEPT_INSIDE_RIGHT_TO_LEFT.finditer(_classes(line)):
        pieces.append(line[position : kept.start()][::-1].translate(_MIRRORED))
        pieces.append(line[kept.start() : kept.end()])
        position = kept.end()
    pieces.append(line[position:][::-1].translate(_MIRRORED))
    return "".join(reversed(pieces))


def visual_order(line: str) -> str:
    """The characters of one wrapped line in the order they are drawn, left to right.

    A small part of the Unicode bidirectional algorithm (UAX 9): one level of embedding, enough for addresses.
    """
    classes = _classes(line)
    if "R" not in classes:
        return line
    first_strong = next(mark for mark in classes if mark in "RL")
    if first_strong == "R":
        return _reversed_keeping_numbers(line)
    pieces: list[str] = []
    position = 0
    for part in _RIGHT_TO_LEFT.finditer(classes):
        pieces += [line[position : part.start()], _reversed_keeping_numbers(line[part.start() : part.end()])]
        position = part.end()
    return "".join(pieces) + line[position:]
