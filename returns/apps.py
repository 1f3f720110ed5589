"""Django's entry for this room."""

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """Names the room."""

    name = "returns"
    verbose_name = "Returns"
