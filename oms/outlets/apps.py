"""Django's entry for the roof."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OutletsConfig(AppConfig):
    """Names the roof; as the last app it brings the roles in step after every migrate."""

    name = "oms.outlets"
    label = "outlets"
    verbose_name = "Messages"

    def ready(self) -> None:
        """Register the check of the roof, and sync the roles once every app's permissions exist."""
        from oms.outlets import checks  # noqa: F401  registering is its import
        from oms.roles import sync_roles

        post_migrate.connect(sync_roles, sender=self, dispatch_uid="oms.roles")
