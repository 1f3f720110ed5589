"""A JSON parser that takes nothing but what JSON says: UTF-8, no duplicate keys, no NaN, no bottomless nesting."""

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from oms.foundation.refusals import Refused

MAX_DEPTH = 12


class Unreadable(Refused):
    """A body that is not JSON as we take it."""

    code = "unreadable_body"
    status = 400


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a key twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable(f"The key “{key[:60]}” stands twice in one object.", code="duplicate_key", field=key[:60])
        found[key] = value
    return found


def _constant(word: str) -> NoReturn:
    """Refuse NaN and Infinity."""
    raise Unreadable(f"{word} is not a JSON number.", code="not_a_number")


def _fraction(text: str) -> float:
    """Refuse a number that no computer holds."""
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable(f"{text[:40]} is too large a number.", code="not_a_number")
    return number


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON text; raises :class:`Unreadable` with one clear sentence."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"The body is not UTF-8 (byte {error.start}).", code="not_utf8") from None
    if "\\u0000" in text or "\x00" in text:
        raise Unreadable("The body contains a NUL character.", code="nul_character")
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_fraction)
    except RecursionError:
        raise Unreadable("The body is nested too deeply.", code="too_deep") from None
    except ValueError as error:
        raise Unreadable(f"The body is not JSON: {error}.") from None
    if _deeper_than(value, MAX_DEPTH):
        raise Unreadable("The body is nested too deeply.", code="too_deep")
    return _encodable(value)


def _deeper_than(value: Any, depth: int) -> bool:
    """Return whether a value nests deeper than allowed."""
    if not isinstance(value, (dict, list)):
        return False
    if depth == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_deeper_than(one, depth - 1) for one in inner)


def _encodable(value: Any) -> Any:
    """Refuse lone surrogates, which no database stores."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unreadable("The body contains half a character (a lone surrogate).", code="not_utf8") from None
    return value


class StrictJSONParser(BaseParser):
    """Parses ``application/json`` strictly."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """Return the value of the request's body."""
        try:
            return parse_json(stream.read())
        except OSError:
            raise ParseError("The body ended too early.") from None
