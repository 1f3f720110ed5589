"""Django's entry for the floor."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """Loads the floor's own drainers and checks."""

    name = "oms.foundation"
    label = "foundation"
    verbose_name = "System"

    def ready(self) -> None:
        """Register what the floor itself drains and checks, and load every room's handlers."""
        from django.utils.module_loading import autodiscover_modules

        from oms.foundation import (  # noqa: F401  registering is their import
            actions_floor,
            bulk,
            checks,
            code_checks,
            health,
            inbox,
            invariants_audit,
            invariants_floor,
            relay,
            scopes,
            verification,
        )
        from oms.foundation.imports import working  # noqa: F401  registering is its import
        from oms.foundation.logins import asking, sessions  # noqa: F401  listening is their import

        checks.refuse_missing_guards()
        autodiscover_modules("handlers", "actions", "panels", "objections", "invariants", "scopes", "imports")
