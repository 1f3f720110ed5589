"""The floor's own invariants: nothing waits unseen, everything handled once, audit chains unbroken."""

from django.apps import apps

from oms.foundation.aggregate import Aggregate
from oms.foundation.invariants import invariant

invariant(
    "I24",
    cls="E",
    entity="foundation.outboxevent",
    meaning="A fact has been due for more than a minute, it is its stream's turn, and no worker has taken it.",
    sql="select id from foundation_outboxevent where state in ('received','retry_wait') and next_try_at < :late"
    " and (lease_until is null or lease_until < :late) and stream not in (select stream from foundation_outboxevent"
    " where state in ('received','retry_wait') and (next_try_at > :now or lease_until > :now))",
)
invariant(
    "I24d",
    entity="foundation.outboxevent",
    meaning="A fact died after its last try; open it in System, mend the cause and replay it.",
    sql="select id from foundation_outboxevent where state = 'dead'",
)
invariant(
    "I25",
    cls="E",
    entity="foundation.inboxmessage",
    meaning="A stored message has been due for more than a minute and no worker has taken it.",
    sql="select id from foundation_inboxmessage where state in ('received','retry_wait') and next_try_at < :late"
    " and (lease_until is null or lease_until < :late)",
)


def _births() -> str:
    """Return (entity, first state) of every kind of row that has a state, as SQL values."""
    stateful = (model._meta for model in apps.get_models() if issubclass(model, Aggregate))
    born = sorted(
        (meta.label_lower, str(field.get_default()))
        for meta in stateful
        for field in meta.fields
        if field.name == "state"
    )
    return ", ".join(f"('{entity}','{state}')" for entity, state in born)


invariant(
    "I16",
    entity="foundation.auditline",
    meaning="An audit line does not continue where the last state change of its row ended.",
    sql="select id from (select id, entity, from_state, lag(to_state) over (partition by entity, entity_id order by id)"
    " prev, row_number() over (partition by entity, entity_id order by id) n from foundation_auditline"
    f" where to_state <> '') z where (n = 1 and from_state <> '' and (entity, from_state) not in (values {_births()}))"
    " or (n > 1 and from_state <> prev)",
)
