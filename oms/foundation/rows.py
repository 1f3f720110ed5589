"""The page of a row by its kind and id: its own, or that of the row it belongs to."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.urls import reverse


def page_of(entity: str, pk: Any) -> str:
    """Return the console's address of a row, such as ``/orders/order/7/change/``; empty when it has none."""
    try:
        model = apps.get_model(entity)
    except (LookupError, ValueError):
        return ""
    return _page(model, pk) or _page_of_owner(model, pk)


def _page(model: type[Model], pk: Any) -> str:
    """Return the address of the model's own page."""
    if not admin.site.is_registered(model):
        return ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


def _page_of_owner(model: type[Model], pk: Any) -> str:
    """Return the page of the first row that the row refers to and that has one."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and admin.site.is_registered(field.related_model):
            owner = model._default_manager.filter(pk=pk).values_list(field.attname, flat=True).first()
            if owner is not None:
                return _page(field.related_model, owner)
    return ""
