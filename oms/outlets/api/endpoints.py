"""Webhook endpoints in the API: a channel's system says where it wants to be told, and hears its secret once."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from oms.foundation.actor import Actor
from oms.foundation.api.idempotent import once
from oms.foundation.api.views import RoomViewSet
from oms.foundation.refusals import Denied, Invalid, Reason
from oms.outlets.models import WebhookEndpoint
from oms.outlets.services.endpoints import create_endpoint, delete_endpoint


class EndpointOut(serializers.Serializer[WebhookEndpoint]):
    """An endpoint; its secret is never shown again."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class NewEndpointOut(EndpointOut):
    """An endpoint just made, with its secret: ``null`` where a repeated request gets the first answer again."""

    secret = serializers.CharField(allow_null=True)


class EndpointIn(serializers.Serializer[Any]):
    """Where to tell, and which kinds of fact; no kinds means all."""

    url = serializers.CharField(max_length=500)
    kinds = serializers.ListField(child=serializers.CharField(max_length=64), required=False, max_length=50)


class EndpointViewSet(RoomViewSet):
    """The endpoints of the caller's account."""

    model = WebhookEndpoint
    serializer_class = EndpointOut
    lookup_field = "pk"
    permissions = {
        "GET": "outlets.view_webhookendpoint",
        "POST": "outlets.add_webhookendpoint",
        "DELETE": "outlets.delete_webhookendpoint",
    }

    @extend_schema(request=EndpointIn, responses={201: NewEndpointOut})
    def create(self, request: Request) -> HttpResponse:
        """Make an endpoint; the stored answer of its key leaves the secret out."""
        told: list[str] = []
        response = once(request, lambda: self._create(request, told))
        if told:
            response.content = json.dumps({**json.loads(response.content), "secret": told[0]}).encode()
        return response

    def _create(self, request: Request, told: list[str]) -> tuple[int, Any]:
        """Check the shape, make the endpoint and answer it."""
        account = getattr(request.user, "account", None)
        if account is None:
            raise Denied("Only a channel's key can make endpoints here; use the console.")
        values = _checked(request.data)
        endpoint, secret = create_endpoint(
            account_id=account.pk, **values, actor=Actor.of(request.user, now=timezone.now())
        )
        told.append(secret)
        return 201, {**self.present([endpoint])[0], "secret": None}

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Stop telling an address."""
        delete_endpoint(endpoint_id=self.get_object().pk, actor=Actor.of(request.user, now=timezone.now()))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _checked(data: Any) -> dict[str, Any]:
    """Return the values of a body; raises :class:`Invalid` with the field of each fault."""
    if not isinstance(data, Mapping):
        raise Invalid("The body must be a JSON object.", code="not_an_object")
    unknown = sorted(set(data) - {"url", "kinds"})
    if unknown:
        raise Invalid(
            reasons=[Reason("unknown_field", f"“{name}” is not a field of an endpoint.", name) for name in unknown]
        )
    form = EndpointIn(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)
