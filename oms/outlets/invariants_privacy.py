"""What must hold for customers who were erased, made from the register of where their data lies."""

from typing import Any

from django.db.models import BinaryField, Model

from oms.foundation.invariants import invariant
from oms.outlets.privacy.register import PARTS, Part


def _words_left(part: Part) -> str:
    """Return the statement that finds customers of whom a row of this kind still holds words."""
    filled = " or ".join(
        _filled(part.model._meta.get_field(name), value)
        for name, value in part.columns.items()
        if name not in part.later
    )
    joins, born = _joins(part), _born(part)
    return f"select g.id from gone g {joins} where ({filled}){born}"


def _lines_left(part: Part) -> str:
    """Return the statement that finds customers of whom an audit line of before still holds words."""
    return (
        f"select g.id from gone g {_joins(part)} join foundation_auditline a"
        f" on a.entity = '{part.model._meta.label_lower}' and a.entity_id = r.id"
        " where a.at <= g.erased_at and (a.note <> '' or a.data <> '{}')"
    )


def _joins(part: Part) -> str:
    """Return the joins from an erased customer (``g``) to the rows of a kind (``r``)."""
    if part.owner == "pk":
        return "join orders_customer r on r.id = g.id"
    joins: list[str] = []
    model: type[Model] = part.model
    path = part.owner.split("__")
    for place, name in enumerate(path):
        here, there = _alias(place), _alias(place + 1)
        link: Any = model._meta.get_field(name)
        end = "g.id" if place == len(path) - 1 else f"{there}.id"
        joins.insert(0, f"join {model._meta.db_table} {here} on {here}.{link.column} = {end}")
        model = link.related_model
    return " ".join(joins)


def _alias(place: int) -> str:
    """Return the name of a table: ``r`` for the rows themselves, ``t1`` for their parents, and so on."""
    return f"t{place}" if place else "r"


def _born(part: Part) -> str:
    """Return the condition that a row was there when the customer was erased."""
    *parents, column = part.born.split("__")
    return f" and {_alias(len(parents))}.{column} <= g.erased_at" if part.born else ""


def _filled(column: Any, erased: Any) -> str:
    """Return the condition that a column holds anything but what stands there afterwards."""
    if isinstance(column, BinaryField):
        return f"length(r.{column.column}) > 0"
    return f"r.{column.column} <> '{erased}'"


invariant(
    "I29",
    entity="orders.customer",
    meaning="A customer was erased, and something of theirs is still there.",
    remedy="Erase again what is left: ask a developer, with the customer's number, which column it stands in.",
    sql="with gone as (select id, erased_at from orders_customer where erased_at is not null) "
    + " union all ".join([_words_left(part) for part in PARTS if part.columns] + [_lines_left(part) for part in PARTS]),
)
