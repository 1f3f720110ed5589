"""The invariants of the audit trail, made from the models: chains unbroken, moves declared, every line about a row."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Model

from oms.foundation.aggregate import Aggregate, Versioned
from oms.foundation.invariants import invariant

MOVED = "to_state <> ''"


def _stateful() -> list[type[Aggregate]]:
    """Return the models that have a state, in the order of their labels."""
    models = [model for model in apps.get_models() if issubclass(model, Aggregate)]
    return sorted(models, key=lambda model: model._meta.label_lower)


def births() -> list[tuple[str, str]]:
    """Return (entity, first state) of every kind of row that has a state."""
    return [(model._meta.label_lower, str(_state(model).get_default())) for model in _stateful()]


def moves() -> list[tuple[str, str, str]]:
    """Return (entity, from, to) of every transition that a model declares."""
    return sorted({(model._meta.label_lower, *move) for model in _stateful() for move in _moves_of(model)})


def _state(model: type[Aggregate]) -> Any:
    """Return the field of the state."""
    return model._meta.get_field(model.STATE)


def _moves_of(model: type[Aggregate]) -> Iterator[tuple[str, str]]:
    """Yield (from, to) of a model's transitions."""
    for transition in _state(model).get_all_transitions(model):
        yield str(transition.source), str(transition.target)


def _values(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows of words as SQL."""
    return ", ".join(f"({', '.join(repr(word) for word in row)})" for row in rows)


invariant(
    "I16",
    entity="foundation.auditline",
    meaning="An audit line does not continue where the last state change of its row ended.",
    remedy="Read the row's lines: a change is missing or was told wrongly. Ask a developer which act wrote it.",
    # the order of the index audit_entity: the lines are read from it as they lie, nothing is sorted
    sql="select id from (select id, entity, from_state, lag(to_state) over (partition by entity, entity_id order by id)"
    f" prev from foundation_auditline where {MOVED}) z where from_state <> prev"
    f" or (prev is null and from_state <> '' and (entity, from_state) not in (values {_values(births())}))",
)
invariant(
    "I17",
    entity="foundation.auditline",
    meaning="An audit line tells of a step from one state to another that no act takes.",
    remedy="Read the row's lines: somebody wrote past the services. Ask a developer which act wrote it.",
    sql=f"select id from foundation_auditline where {MOVED} and from_state <> '' and (entity, from_state, to_state)"
    f" not in (values {_values(moves())})",
)


def _gone(model: type[Model]) -> str:
    """Return the statement that finds audit lines about missing rows of a model; a deletion explains them."""
    meta = model._meta
    return (
        f"select a.id from foundation_auditline a left join {meta.db_table} r on r.id = a.entity_id"
        f" where a.entity = '{meta.label_lower}' and r.id is null and not exists (select 1 from foundation_auditline d"
        " where d.entity = a.entity and d.entity_id = a.entity_id and d.act like '%.delete_%')"
    )


KEPT = sorted((one for one in apps.get_models() if issubclass(one, Versioned)), key=lambda one: one._meta.label_lower)

invariant(
    "I23",
    entity="foundation.auditline",
    meaning="An audit line is about a row that is not there.",
    remedy="Somebody deleted the row past the services: bring it back from a backup.",
    sql=" union all ".join(_gone(model) for model in KEPT),
)
