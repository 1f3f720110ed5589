"""Strict parts of request shapes: a value of another type is refused, an unknown field is refused by name."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import SkipField, empty

from oms.foundation.money import parse_minor
from oms.foundation.refusals import Invalid

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_YEAR = 1970
UNSIGNED = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


_currency: ContextVar[str | None] = ContextVar("currency", default=None)


@contextmanager
def amounts_in(currency: str | None) -> Iterator[None]:
    """Read amounts in a currency; in None while the currency itself is at fault, when only their form is checked."""
    token = _currency.set(currency)
    try:
        yield
    finally:
        _currency.reset(token)


class StrictSerializer(serializers.Serializer[Any]):
    """A JSON object with the declared fields and no others; one instance may read any number of objects."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values; every unknown field is a fault of its own beside those of the known ones."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        values: dict[str, Any] = {}
        faults: dict[str, Any] = {}
        for name, field in self.fields.items():
            try:
                values[name] = self._checked(name, field.run_validation(data.get(name, empty)))
            except ValidationError as error:
                faults[name] = error.detail
            except SkipField:
                continue
        if faults := faults | self._unknown(data):
            raise ValidationError(faults)
        return values

    def _checked(self, name: str, value: Any) -> Any:
        """Return a field's value as its ``validate_…`` method, if there is one, lets it pass."""
        check = getattr(self, f"validate_{name}", None)
        return check(value) if check else value

    def _unknown(self, data: Mapping[Any, Any]) -> dict[str, Any]:
        """Return a fault for each field that is not declared."""
        names = sorted(str(key) for key in data if key not in self.fields)
        return {name[:80]: [ErrorDetail("there is no such field here.", code="unknown_field")] for name in names}


class Text(serializers.CharField):
    """A JSON string, blank unless told otherwise; numbers and booleans are not texts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": not options.get("required", False)} | options)

    def to_internal_value(self, data: Any) -> str:
        """Return the string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A JSON integer: no boolean, no fraction, no digits in quotation marks."""

    def to_internal_value(self, data: Any) -> int:
        """Return the integer."""
        if type(data) is not int:
            self.fail("invalid")
        return int(data)


class YesNo(serializers.BooleanField):
    """A JSON boolean, not a word that sounds like one."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the boolean."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"type": "string", "pattern": f"^{UNSIGNED.pattern}$", "example": "4.90"})
class Amount(serializers.Field[int, Any, str, Any]):
    """An amount as an ASCII decimal string, such as ``"4.90"``, in the currency of :func:`amounts_in`.

    The value is an integer of minor units.
    """

    default_error_messages = {"bad_amount": "write an amount as a string like “4.90”, not negative."}

    def to_internal_value(self, data: Any) -> Any:
        """Return minor units."""
        if not isinstance(data, str) or not UNSIGNED.fullmatch(data):
            self.fail("bad_amount")
        currency = _currency.get()
        if currency is None:
            return 0
        try:
            return parse_minor(data, currency)
        except Invalid as refusal:
            raise ValidationError(refusal.sentence, code=refusal.code) from None


class Day(serializers.DateField):
    """An ISO 8601 day, such as ``2026-12-24``."""

    default_error_messages = {
        "bad_day": "write a day that exists, like 2026-12-24.",
        "out_of_range": "this day is too far away.",
    }

    def to_internal_value(self, value: Any) -> date:
        """Return the day."""
        if not isinstance(value, str) or not DAY.fullmatch(value):
            self.fail("bad_day")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail("bad_day")
        if not FIRST_YEAR <= day.year <= timezone.now().year + 2:
            self.fail("out_of_range")
        return day


class Moment(serializers.DateTimeField):
    """An ISO 8601 date and time with its offset, such as ``2026-11-22T10:00:00Z``; the value is in UTC."""

    default_error_messages = {
        "bad_moment": "write date and time with an offset, like 2026-11-22T10:00:00Z.",
        "out_of_range": "this moment is too far away.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Return the aware moment."""
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            self.fail("bad_moment")
        try:
            moment = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("bad_moment")
        if not FIRST_YEAR <= moment.year <= timezone.now().year + 1:
            self.fail("out_of_range")
        return moment
