"""Scope: which rows a person or key may see at all; every list, form, export and endpoint begins here."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from oms.foundation.refusals import NotFound

Row = TypeVar("Row", bound=Model)
Read = TypeVar("Read")
Rule = Callable[[Any], Q]
EVERY_ROW = ~Q(pk__in=[])
"""The condition that every row fulfils, also beside another one with OR, where an empty one would vanish."""
RULES: dict[type[Model], Rule] = {}


def scope_rule(model: type[Model]) -> Callable[[Rule], Rule]:
    """Register the condition of a model's rows that a principal may see."""

    def register(function: Rule) -> Rule:
        """Remember the rule."""
        RULES[model] = function
        return function

    return register


def unscoped(*models: type[Model]) -> None:
    """Declare models whose rows everybody with the permission may see."""
    for model in models:
        RULES[model] = lambda principal: Q()


def scoped(principal: Any, model: type[Row]) -> "QuerySet[Row]":
    """Return the rows of the model that the principal may see.

    :raises LookupError: for a model without a rule; a new model must say who sees it.
    """
    if model not in RULES:
        raise LookupError(f"{model.__name__} has no scope rule")
    rows = model._default_manager.all()
    if getattr(principal, "is_superuser", False):
        return rows
    return rows.filter(RULES[model](principal))


def remembered(principal: Any, name: str, read: Callable[[], Read]) -> Read:
    """Return what is read of a principal, read once for each object: as long as Django keeps a user's permissions.

    As constants in the statements of a request, memberships let the database choose its indexes; as subqueries under
    an OR they made it read whole tables.
    """
    kept: dict[str, Read] | None = getattr(principal, "_remembered", None)
    if kept is None:
        kept = principal._remembered = {}
    if name not in kept:
        kept[name] = read()
    return kept[name]


def scoped_row(principal: Any, model: type[Row], **lookup: Any) -> Row:
    """Return the one row in scope; raises :class:`NotFound` when it is missing or not for the principal."""
    row = scoped(principal, model).filter(**lookup).first()
    if row is None:
        raise NotFound(f"There is no {model._meta.verbose_name} with this number.")
    return row
