"""The floor's own invariants: nothing waits unseen, everything is handled once, replies are kept, the engine stands."""

from django.db import connection

from oms.foundation import facts
from oms.foundation.invariant_kinds import rows_are_append_only, states_are_told
from oms.foundation.invariants import invariant
from oms.foundation.models import AuditLine, BulkOperation, ImportSession

WAITS = "state in ('received','retry_wait')"
START_A_WORKER = "See that a worker runs (/readyz); it takes what waits by itself."

states_are_told(BulkOperation, ImportSession)
rows_are_append_only("I36a", AuditLine)
invariant(
    "I24",
    cls="E",
    entity="foundation.outboxevent",
    meaning="A fact has been due for more than a minute, it is its stream's turn, and no worker has taken it.",
    remedy=START_A_WORKER,
    sql=f"select id from foundation_outboxevent where {WAITS} and next_try_at < :late"
    " and (lease_until is null or lease_until < :late) and stream not in (select stream from foundation_outboxevent"
    f" where {WAITS} and (next_try_at > :now or lease_until > :now))",
)
invariant(
    "I24d",
    entity="foundation.outboxevent",
    meaning="A fact died after its last try.",
    remedy="Open it in System, mend what its error names, and replay it.",
    sql="select id from foundation_outboxevent where state = 'dead'",
)
invariant(
    "I24h",
    entity="foundation.outboxevent",
    meaning="A fact has been due for more than a day and was neither delivered nor given up.",
    remedy=START_A_WORKER,
    sql=f"select id from foundation_outboxevent where {WAITS} and next_try_at < :day_ago"
    " and (lease_until is null or lease_until < :day_ago)",
)
invariant(
    "I25",
    cls="E",
    entity="foundation.inboxmessage",
    meaning="A stored message has been due for more than a minute and no worker has taken it.",
    remedy=START_A_WORKER,
    sql=f"select id from foundation_inboxmessage where {WAITS} and next_try_at < :late"
    " and (lease_until is null or lease_until < :late)",
)
invariant(
    "I25f",
    cls="E",
    entity="foundation.importsession",
    meaning="An import has been due for more than a minute and no worker has taken it.",
    remedy=START_A_WORKER,
    sql="select id from foundation_importsession where state in ('uploaded','applying','undoing')"
    " and next_try_at < :late and (lease_until is null or lease_until < :late)",
)
invariant(
    "I25h",
    entity="foundation.inboxmessage",
    meaning="A stored message has been due for more than a day and was neither worked off nor given up.",
    remedy=START_A_WORKER,
    sql=f"select id from foundation_inboxmessage where {WAITS} and next_try_at < :day_ago"
    " and (lease_until is null or lease_until < :day_ago)",
)
invariant(
    "I27",
    entity="foundation.idempotencykey",
    meaning="A key is kept without the reply of the effect it stands for, so that a repetition cannot be answered.",
    remedy="Ask a developer: the reply is written in the transaction of its effect, or not at all.",
    sql="select id from foundation_idempotencykey where status is null or status < 200 or status >= 400",
)


def _unmarked_facts() -> str:
    """Return the statement that finds facts done in the last day without the mark of a handler at work before them."""
    pairs = [(kind, one.name) for kind, known in sorted(facts.SUBSCRIPTIONS.items()) for one in known]
    if not pairs:
        return "select id from foundation_outboxevent where 1 = 0"
    listed = ", ".join(f"('{kind}','{handler}')" for kind, handler in pairs)
    done = "e.state = 'done' and e.done_at > :day_ago"
    first = (
        "select h.handler, e.kind, min(e.id) first from foundation_handledevent h join foundation_outboxevent e"
        f" on e.id = h.event_id where {done} group by h.handler, e.kind"
    )
    # column1 and column2 are the names that both engines give to VALUES
    return (
        f"select e.id from (values {listed}) s join ({first}) f on f.kind = s.column1 and f.handler = s.column2"
        f" join foundation_outboxevent e on e.kind = f.kind and e.id > f.first and {done}"
        " left join foundation_handledevent h on h.event_id = e.id and h.handler = f.handler where h.id is null"
    )


invariant(
    "I28",
    entity="foundation.outboxevent",
    meaning="A fact counts as delivered, but one of its handlers has not marked it as handled.",
    remedy="Ask a developer to deliver it to that handler again.",
    sql=_unmarked_facts,
)


def _loose_references() -> str:
    """Return the statement that asks the engine for loose references, or for rules it does not keep."""
    if connection.vendor == "postgresql":
        return "select conname from pg_constraint where not convalidated"
    return "select \"table\" || ' ' || rowid from pragma_foreign_key_check"


invariant(
    "I37",
    entity="the database",
    meaning="A row refers to another that is not there, or the database was told not to look.",
    remedy="Ask a developer: somebody changed the database with its rules switched off.",
    sql=_loose_references,
)
