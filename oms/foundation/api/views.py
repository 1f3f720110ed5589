"""The viewset that every room's endpoints are made of: scoped lists, one row, and the declared actions."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.exceptions import NotFound as NoSuchPage
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from oms.foundation.actions import action_named, prepare, run_action
from oms.foundation.api.idempotent import once
from oms.foundation.refusals import Invalid, NotFound
from oms.foundation.scope import scoped


class RoomViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Any]):
    """Lists and shows the rows in the caller's scope and runs their declared actions.

    Subclasses name ``model``, ``serializer_class``, ``lookup_field``, ``permissions`` (by method; POST is the
    permission of reaching actions at all, each action asks for its own) and may override ``rows`` to add joins.
    """

    model: ClassVar[type[Model]]
    permissions: ClassVar[dict[str, str]] = {}
    lookup_value_regex = "[^/]+"

    def rows(self) -> "QuerySet[Any]":
        """Return the rows in scope, with the joins the answer needs."""
        return scoped(self.request.user, self.model)

    def get_queryset(self) -> "QuerySet[Any]":
        """Return the rows in scope; an empty set while the schema is drawn."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.rows()

    def get_object(self) -> Any:
        """Return the one row in scope, or answer 404 alike for a foreign and a missing one."""
        row = self.get_queryset().filter(**self.lookup()).first()
        if row is None:
            raise NotFound(f"There is no {self.model._meta.verbose_name} with this number.")
        return row

    def lookup(self) -> dict[str, Any]:
        """Return the filter of the one row that the address names."""
        value = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        if "\x00" in value:
            raise NotFound("There is nothing here.")
        if self.lookup_field in ("pk", "id"):
            if not value.isascii() or not value.isdigit() or len(value) > 18:
                raise NotFound("There is nothing here.")
            return {"pk": int(value)}
        return {self.lookup_field: value}

    def present(self, rows: Sequence[Any]) -> list[Any]:
        """Return the answers of many rows; override to read what they need for all at once."""
        return list(self.get_serializer(rows, many=True).data)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer one page of the rows in scope."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        if page is None:
            raise NoSuchPage("This list has no pages.")
        return self.get_paginated_response(self.present(page))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer one row."""
        return Response(self.present([self.get_object()])[0])

    @extend_schema(request=OpenApiTypes.OBJECT)
    def act(self, request: Request, action_name: str = "", **kwargs: Any) -> HttpResponse:
        """Run a declared action on one row and answer the row as it is then."""
        action = action_named(self.model, action_name)
        prepare(action, principal=request.user, lookup=self.lookup(), now=timezone.now())
        return once(request, lambda: self._act(request, action_name))

    def _act(self, request: Request, action_name: str) -> tuple[int, Any]:
        """Run the action in its savepoint and read the row again."""
        action = action_named(self.model, action_name)
        data = request.data
        if not isinstance(data, dict):
            raise Invalid("The body must be a JSON object with the action's fields.", code="not_an_object")
        version = data.get("version")
        if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
            raise Invalid("version must be a whole number.", code="bad_version", field="version")
        run_action(
            action,
            principal=request.user,
            lookup=self.lookup(),
            data=data,
            now=timezone.now(),
            version=version,
            prepared=True,
        )
        return 200, self.present([self.get_object()])[0]
