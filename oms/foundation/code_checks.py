"""System checks of the code: what every state, endpoint and page of the console must keep, whoever adds one."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.checks import CheckMessage, Error, register
from django.db.models import Model
from django.urls import get_resolver
from django_fsm import FSMFieldMixin

from oms.foundation.aggregate import Aggregate

HOW_STATES = "Build on Aggregate, with the protected field that its STATE names."
DESCRIBED_TO = "oms.foundation.api.permissions.SchemaPermission"
FILE_SETTINGS = {
    "IMPORT_EXPORT_IMPORT_PERMISSION_CODE": "change",
    "IMPORT_EXPORT_EXPORT_PERMISSION_CODE": "view",
    "IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT": True,
}


@register("oms")
def states_are_guarded(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a state that could be set by hand or by a stale copy, or whose moves no audit line could tell."""
    return [
        Error(f"{model.__name__}.{field.name} is a state that nothing guards.", hint=HOW_STATES, id="oms.E002")
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, FSMFieldMixin) and not _is_guarded(model, field)
    ]


@register("oms")
def endpoints_are_closed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an API that lets somebody in who was not named, or asks as often as they like."""
    from rest_framework.settings import api_settings

    from oms.foundation.api.permissions import DeclaredPermission

    closed = {
        "DEFAULT_PERMISSION_CLASSES": _all_are(api_settings.DEFAULT_PERMISSION_CLASSES, DeclaredPermission),
        "DEFAULT_AUTHENTICATION_CLASSES": bool(api_settings.DEFAULT_AUTHENTICATION_CLASSES),
        "DEFAULT_THROTTLE_CLASSES": bool(api_settings.DEFAULT_THROTTLE_CLASSES),
        "DEFAULT_FILTER_BACKENDS": bool(api_settings.DEFAULT_FILTER_BACKENDS),
    }
    open_doors = [f"REST_FRAMEWORK[{name!r}]" for name, holds in closed.items() if not holds]
    open_doors += [view.__name__ for view in _endpoints(described=False) if not _is_closed(view, DeclaredPermission)]
    return [Error(f"{name} leaves the API open.", id="oms.E003") for name in open_doors]


@register("oms")
def description_is_closed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a description of the API that anybody may read."""
    from oms.foundation.api.permissions import SchemaPermission

    named = settings.SPECTACULAR_SETTINGS.get("SERVE_PERMISSIONS") == [DESCRIBED_TO]
    if named and all(_is_closed(view, SchemaPermission) for view in _endpoints(described=True)):
        return []
    return [Error("The API's description is open to everybody.", id="oms.E004")]


@register("oms")
def files_have_one_door(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse import-export's own pages, which ask for no permission of theirs and pass the scope by."""
    found = [name for name, value in FILE_SETTINGS.items() if getattr(settings, name, None) != value]
    found += [
        type(page).__name__
        for page in admin.site._registry.values()
        if any(base.__module__.startswith("import_export.") for base in type(page).__mro__)
    ]
    return [Error(f"{name} opens the imports and exports of import-export.", id="oms.E005") for name in found]


@register("oms")
def pages_are_ours(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a page of the console that is not scoped and read-only unless it says so."""
    from oms.foundation.console import ConsoleAdmin

    strangers = [type(page).__name__ for page in admin.site._registry.values() if not isinstance(page, ConsoleAdmin)]
    return [Error(f"{name} must build on ConsoleAdmin.", id="oms.E006") for name in strangers]


def _is_guarded(model: type[Model], field: Any) -> bool:
    """Return whether a state is protected and versioned, and its moves are remembered until they are told."""
    return issubclass(model, Aggregate) and field.name == model.STATE and bool(field.protected)


def _is_closed(view: Any, permission: type[Any]) -> bool:
    """Return whether every permission of an endpoint is the one it must ask for, and whether it counts its calls."""
    return _all_are(view.permission_classes, permission) and bool(view.throttle_classes)


def _all_are(classes: Any, wanted: type[Any]) -> bool:
    """Return whether there are classes, and each is the wanted one or built on it."""
    return bool(classes) and all(issubclass(one, wanted) for one in classes)


def _endpoints(*, described: bool) -> Iterator[Any]:
    """Yield the endpoints of the API, or those that describe it, with what their addresses set."""
    for view, chosen in _views(get_resolver().url_patterns):
        if any(base.__module__ == "drf_spectacular.views" for base in view.__mro__) == described:
            yield type(view.__name__, (view,), chosen) if chosen else view


def _views(patterns: Iterable[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the view class of every address of the API, and the attributes that the address sets on it."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _views(pattern.url_patterns)
        elif hasattr(pattern.callback, "initkwargs"):
            yield pattern.callback.cls, pattern.callback.initkwargs
