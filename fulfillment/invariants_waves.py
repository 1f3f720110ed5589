"""What must be true of waves: their state is that of their walks, and their walks go for their own orders."""

from oms.foundation.invariants import invariant

WALKS = (
    "select wave_id, count(*) n, sum(case when begun_at is null then 0 else 1 end) begun,"
    " sum(case when state in ('completed','cancelled') then 1 else 0 end) ended"
    " from fulfillment_picklist where wave_id is not null group by wave_id"
)
invariant(
    "I57",
    entity="fulfillment.wave",
    meaning="A wave's state is not what the states of its walks make it.",
    remedy="Cancel what nobody has begun of it, and ask a developer which act left the wave behind.",
    sql=f"select w.id from fulfillment_wave w left join ({WALKS}) p on p.wave_id = w.id"
    " where w.state <> case when p.n is null then case when w.state = 'draft' then 'draft' else 'cancelled' end"
    " when p.begun > 0 then case when p.ended = p.n then 'completed' else 'in_progress' end"
    " when p.ended = p.n then 'cancelled' else 'released' end",
)
invariant(
    "I57s",
    entity="fulfillment.picktask",
    meaning="A stop of a wave's walk is for an order that is not in the wave, or at another location.",
    remedy="Stop the picking of its order, and ask a developer how the stop came onto this walk.",
    sql="select t.id from fulfillment_picktask t join fulfillment_picklist p on p.id = t.pick_list_id"
    " join fulfillment_fulfillmentorder f on f.id = t.fulfillment_order_id left join fulfillment_waveorder o"
    " on o.wave_id = p.wave_id and o.fulfillment_order_id = t.fulfillment_order_id and o.passed_over = ''"
    " where p.wave_id is not null and (o.id is null or f.location_id <> p.location_id)",
)
