"""A line in the log for each request, also when the database cannot say whose it is."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    """The middleware of django-structlog; a database that is away fails the request's own work, not its log line."""

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Note who asks, or nobody when the database does not answer."""
        try:
            RequestMiddleware.bind_user_id(request)
        except (OperationalError, InterfaceError):
            return
