"""What must be true of parcels that wait for their customer, and of what suppliers are asked to send."""

from oms.foundation.invariants import invariant

invariant(
    "I50",
    entity="fulfillment.pickup",
    meaning="Parcels wait for their customer whose shipment is not packed, or whose order has ended.",
    remedy="Look on the shelf: take the pick-up back, or hand it out.",
    sql="select p.id from fulfillment_pickup p join fulfillment_shipment s on s.id = p.shipment_id"
    " join orders_order o on o.id = s.order_id"
    " where p.state = 'waiting' and (s.state <> 'packed' or o.state in ('cancelled','completed'))",
)
invariant(
    "I50c",
    entity="fulfillment.pickup",
    meaning="Parcels were collected, but their shipment has not left.",
    remedy="Compare the shelf with the order, and ask a developer which act skipped the shipment.",
    sql="select p.id from fulfillment_pickup p join fulfillment_shipment s on s.id = p.shipment_id"
    " where p.state = 'collected' and s.state <> 'shipped'",
)
invariant(
    "I51",
    entity="fulfillment.supplierrequest",
    meaning="A partner is asked to send work that has ended, or the work shows another answer than was given.",
    remedy="Tell the partner what is true, then cancel the request.",
    sql="select r.id from fulfillment_supplierrequest r"
    " join fulfillment_fulfillmentorder f on f.id = r.fulfillment_order_id"
    " where r.state in ('requested','accepted','cancelling')"
    " and (f.state not in ('open','in_progress','ready','fulfilled') or f.request_status <> r.state)",
)
invariant(
    "I51b",
    entity="fulfillment.supplierrequest",
    meaning="A request counts as sent, but its work has not left; or a 3PL has work that somebody packs here.",
    remedy="Ask the partner what has left, then ask a developer which act skipped the shipment.",
    sql="select r.id from fulfillment_supplierrequest r"
    " join fulfillment_fulfillmentorder f on f.id = r.fulfillment_order_id"
    " where r.state = 'fulfilled' and f.state <> 'fulfilled'"
    " or r.state in ('requested','cancelling','accepted') and f.state = 'ready'",
)
