"""Faces for every script: which font draws which run of characters.

Latin is drawn with the Helvetica that every PDF viewer has; a word beyond it is embedded from a TrueType face found on
the machine (DejaVu for Greek, Cyrillic, Hebrew; Droid Fallback for Chinese, Japanese, Korean). Without such a face,
East Asian words use the viewer's own font by Adobe's character collections, any other word is spelled in Latin letters.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from fulfillment.documents.direction import visual_order
from fulfillment.documents.transliteration import romanize

FONT_FOLDERS: tuple[str, ...] = (
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/truetype/droid",
    "/usr/share/fonts/dejavu-sans-fonts",
    "/usr/share/fonts/dejavu",
    "/usr/share/fonts/TTF",
    "/usr/share/fonts/droid",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
EMBEDDED_FILES = {
    False: ("DejaVuSans.ttf", "DroidSansFallbackFull.ttf"),
    True: ("DejaVuSans-Bold.ttf", "DroidSansFallbackFull.ttf"),
}
COLLECTIONS = (("cp932", "HeiseiKakuGo-W5"), ("gbk", "STSong-Light"), ("cp949", "HYGothic-Medium"))
_LATIN = {False: "Helvetica", True: "Helvetica-Bold"}
_EAST_ASIAN = re.compile("([\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]+)")


@dataclass(frozen=True)
class Run:
    """Characters that share one font."""

    font: str
    text: str


@dataclass(frozen=True)
class EmbeddedFace:
    """A TrueType face from this machine and the code points it can draw."""

    font: str
    code_points: frozenset[int]

    def has(self, word: str) -> bool:
        """Whether every character of the word can be drawn."""
        return all(ord(character) in self.code_points for character in word)


@functools.lru_cache(maxsize=8)
def embedded_faces(bold: bool) -> tuple[EmbeddedFace, ...]:
    """The wide faces found on this machine, registered for embedding, best first."""
    faces = []
    for file_name in EMBEDDED_FILES[bold]:
        path = next((path for folder in FONT_FOLDERS if (path := Path(folder, file_name)).is_file()), None)
        if path is None:
            continue
        try:
            font = TTFont(path.stem, str(path))
        except (TTFError, OSError):
            continue
        pdfmetrics.registerFont(font)
        faces.append(EmbeddedFace(font.fontName, frozenset(font.face.charToGlyph)))
    return tuple(faces)


@functools.lru_cache(maxsize=8)
def _collection_font(name: str) -> str:
    """Register one of Adobe's East Asian fonts, which the viewer brings along."""
    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name


def _encodable(word: str, codec: str) -> bool:
    """Whether the codec knows every character of the word."""
    try:
        word.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _font_for(word: str, bold: bool) -> str | None:
    """The font that draws the whole word, or None when there is none."""
    if _encodable(word, "cp1252"):
        return _LATIN[bold]
    for face in embedded_faces(bold):
        if face.has(word):
            return face.font
    if _EAST_ASIAN.fullmatch(word):
        return next((_collection_font(name) for codec, name in COLLECTIONS if _encodable(word, codec)), None)
    return None


def printable(text: str) -> str:
    """The text on one line in composed form, without control characters, marks of direction or vowel points."""
    kept = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character.isspace():
            kept.append(" ")
        elif category == "Cs":
            kept.append("?")
        elif category not in ("Cc", "Cf") and not "\u0591" <= character <= "\u05bd":
            kept.append(character)
    return "".join(kept)


def _drawable(text: str, bold: bool) -> str:
    """The text with every character that no font has spelled in Latin letters."""
    if _encodable(text, "cp1252"):
        return text
    return "".join(character if _font_for(character, bold) else romanize(character) for character in text)


@functools.lru_cache(maxsize=16384)
def runs(text: str, bold: bool = False) -> tuple[Run, ...]:
    """Split one line into runs, left to right as drawn; one word keeps one font wherever a font has all of it."""
    if text.isascii() and text.isprintable():
        return (Run(_LATIN[bold], text),) if text else ()
    line = visual_order(_drawable(printable(text), bold))
    found: list[Run] = []
    for word in re.split("( +)", line):
        for piece in _EAST_ASIAN.split(word):
            font = _font_for(piece, bold)
            found += (
                [Run(font, piece)] if font else [Run(_font_for(mark, bold) or _LATIN[bold], mark) for mark in piece]
            )
    merged: list[Run] = []
    for run in found:
        if run.text and merged and merged[-1].font == run.font:
            merged[-1] = Run(run.font, merged[-1].text + run.text)
        elif run.text:
            merged.append(run)
    return tuple(merged)


@functools.lru_cache(maxsize=65536)
def unit_width(text: str, bold: bool = False) -> float:
    """The width of one line at a font size of one point."""
    return sum(float(pdfmetrics.stringWidth(run.text, run.font, 1)) for run in runs(text, bold))
