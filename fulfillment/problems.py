"""Problems as JSON holds them: whole numbers, lists and objects are read, or a sentence says where they are not."""

from __future__ import annotations

from typing import Any

MOST = 10**9
"""No number of a problem is larger; sums stay exact."""


class BadInstance(ValueError):
    """The data is not a problem of its kind; carries a sentence that says where."""


def field_of(data: Any, name: str, where: str) -> Any:
    """Return a field of an object."""
    if not isinstance(data, dict):
        raise BadInstance(f"{where or 'the file'}: an object with named fields is expected.")
    if name not in data:
        raise BadInstance(f"{where or 'the file'}: “{name}” is missing.")
    return data[name]


def list_of(value: Any, where: str, count: int | None = None) -> list[Any]:
    """Return a list, of so many items where a count is given."""
    if not isinstance(value, list):
        raise BadInstance(f"{where}: a list is expected.")
    if count is not None and len(value) != count:
        raise BadInstance(f"{where}: {count} items are expected, there are {len(value)}.")
    return value


def numbers_of(value: Any, where: str, count: int | None = None) -> list[int]:
    """Return a list of whole numbers from 0."""
    numbers = list_of(value, where, count)
    return [number_of(number, f"{where}[{at}]") for at, number in enumerate(numbers)]


def number_of(value: Any, where: str) -> int:
    """Return a whole number from 0."""
    if type(value) is not int or not 0 <= value <= MOST:
        raise BadInstance(f"{where}: a whole number from 0 to {MOST} is expected.")
    return value


def table_of(value: Any, where: str, rows: int, columns: int) -> list[list[int]]:
    """Return a table of whole numbers."""
    return [numbers_of(row, f"{where}[{at}]", columns) for at, row in enumerate(list_of(value, where, rows))]
