"""The floor's own invariants: nothing waits unseen, everything handled once, audit chains unbroken."""

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
invariant(
    "I16",
    entity="foundation.auditline",
    meaning="An audit line does not continue where the last state change of its row ended.",
    sql="select id from (select id, from_state, lag(to_state) over (partition by entity, entity_id order by id) prev,"
    " row_number() over (partition by entity, entity_id order by id) n from foundation_auditline"
    " where to_state <> '') z where (n = 1 and from_state <> '') or (n > 1 and from_state <> prev)",
)
