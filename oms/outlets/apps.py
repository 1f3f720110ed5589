"""Django's entry for the roof."""

from django.apps import AppConfig


class OutletsConfig(AppConfig):
    """Names the roof."""

    name = "oms.outlets"
    label = "outlets"
    verbose_name = "Messages"
