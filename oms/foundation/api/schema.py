"""The OpenAPI description: tags by room, problems on every operation, the idempotency key on every POST."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers


class FaultOut(serializers.Serializer[Any]):
    """One fault of a request."""

    field = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class ReasonOut(serializers.Serializer[Any]):
    """Why an action is closed."""

    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemOut(serializers.Serializer[Any]):
    """An error, as problem+json."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors: Any = FaultOut(many=True)


KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="One key per intended effect."
)


class Schema(AutoSchema):
    """Adds what holds for every endpoint of ours."""

    def get_tags(self) -> list[str]:
        """Group operations by the first word of their path."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_operation_id(self) -> str:
        """Name an operation; running a declared action is told apart from creating a row."""
        name = str(super().get_operation_id())
        return name.replace("_create", "_act") if getattr(self.view, "action", "") == "act" else name

    def get_override_parameters(self) -> list[Any]:
        """Name the idempotency key on every POST."""
        return [KEY] if self.method == "POST" else []

    def get_response_serializers(self) -> Any:
        """Return what the view answers when all is well: 201 for what it creates, nothing for what it deletes."""
        declared: Any = super().get_response_serializers()
        if self.method == "DELETE":
            return {("204", "application/json"): None}
        status = "201" if self.method == "POST" and getattr(self.view, "creates", False) else "200"
        return {(status, "application/json"): declared}

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        """Add the problem answers to every operation, also to those that declare what they answer."""
        bodies: Any = super()._get_response_bodies(direction)
        describe: Any = self._get_response_for_code
        kinds = ["application/problem+json"]
        faults = {code: describe(ProblemOut, code, kinds, direction) for code in self._faults()}
        return {**faults, **bodies}

    def _faults(self) -> list[str]:
        """Return the statuses of problems an operation may answer; a GET answers 422 to a filter it cannot read."""
        common = ["400", "401", "403", "404", "405", "406", "422", "429", "503"]
        return [*common, "409", "413", "415"] if self.method != "GET" else common
