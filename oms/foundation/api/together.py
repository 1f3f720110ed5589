"""Declared actions on up to 500 rows in one call: each row has a result of its own."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from oms.foundation.actions import action_named
from oms.foundation.actor import Actor
from oms.foundation.api.idempotent import once
from oms.foundation.api.problems import problem_of
from oms.foundation.api.schema import ProblemOut
from oms.foundation.refusals import Invalid, NotFound, Refused
from oms.foundation.scope import scoped
from oms.foundation.together import Together, run_together

MOST_ROWS, LONGEST_NUMBER = 500, 64


class TogetherIn(serializers.Serializer[Any]):
    """The rows by number, and the fields of the action, the same for all of them."""

    numbers = serializers.ListField(child=serializers.CharField(max_length=LONGEST_NUMBER), max_length=MOST_ROWS)
    values: Any = serializers.DictField(required=False)


class RowOut(serializers.Serializer[Any]):
    """What became of one row."""

    number = serializers.CharField()
    status = serializers.IntegerField(help_text="200, or the status of the problem.")
    error = ProblemOut(required=False)


class TogetherOut(serializers.Serializer[Any]):
    """A result per row, in the order of the numbers."""

    results = RowOut(many=True)


class ActsTogether:
    """Gives a viewset whose rows have numbers the door to its actions on many of them."""

    model: ClassVar[type[Model]]

    @extend_schema(request=TogetherIn, responses={200: TogetherOut})
    def act_together(self, request: Request, action_name: str = "", **kwargs: Any) -> HttpResponse:
        """Run a declared action on up to 500 rows; what one row refuses stops none of the others."""
        return once(request, lambda: (200, self._results(request, action_name)))

    def _results(self, request: Request, action_name: str) -> dict[str, Any]:
        """Run the action and tell what became of each row."""
        action = action_named(self.model, action_name)
        if action.together is None:
            sentence = f"“{action_name}” is done one row at a time; post to …/{{number}}/{action_name}/."
            raise NotFound(sentence, code="not_in_bulk")
        numbers, values = _told(request.data)
        rows = scoped(request.user, self.model).filter(number__in=numbers).order_by()
        ids = dict(rows.values_list("number", "pk"))
        actor = Actor.of(request.user, now=timezone.now())
        told = run_together(action, principal=request.user, ids=sorted(ids.values()), data=values, actor=actor)
        return {"results": [_result(number, ids.get(number), told) for number in numbers]}


def _result(number: str, pk: int | None, told: Together[Any]) -> dict[str, Any]:
    """Return what became of one row; a foreign one is answered like one that does not exist."""
    refusal: Refused | None = NotFound("There is nothing with this number.")
    if pk is not None:
        refusal = told.refused.get(pk)
    if refusal is None:
        return {"number": number, "status": 200}
    return {"number": number, "status": refusal.status, "error": problem_of(refusal)}


def _told(data: Any) -> tuple[Sequence[str], dict[str, Any]]:
    """Return the numbers, each once, and the action's values; raises :class:`Invalid` for any other shape."""
    if not isinstance(data, dict) or not set(data) <= {"numbers", "values"}:
        raise Invalid("Send {“numbers”: […], “values”: {…}}.", code="not_an_object")
    numbers, values = data.get("numbers"), data.get("values", {})
    if not isinstance(numbers, list) or not numbers or not all(_is_number(one) for one in numbers):
        raise Invalid("Send a list of numbers with at least one.", code="not_a_list", field="numbers")
    if len(numbers) > MOST_ROWS:
        sentence = f"{len(numbers)} rows were named; one call takes {MOST_ROWS}. Send them in parts."
        raise Invalid(sentence, code="too_many_rows", field="numbers")
    if not isinstance(values, dict):
        raise Invalid("values must be an object with the action's fields.", code="not_an_object", field="values")
    return list(dict.fromkeys(numbers)), values


def _is_number(value: Any) -> bool:
    """Return whether a value may be the number of a row."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NUMBER and "\x00" not in value
