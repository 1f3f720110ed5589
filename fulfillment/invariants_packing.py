"""What must be true of packing by scans: parcels hold what was scanned, and boxes leave the stock with them."""

from fulfillment.models import PackSession
from oms.foundation.invariant_kinds import states_are_told
from oms.foundation.invariants import invariant

PARCELS = "fulfillment_package p join fulfillment_shipment s on s.id = p.shipment_id where p.box_id is not null"

states_are_told(PackSession)
invariant(
    "I60",
    entity="inventory.stockmovement",
    meaning="Packaging left the stock or came back to it, but not with one parcel that was packed in a box there.",
    remedy="Count the boxes and adjust their level; ask a developer which act moved them.",
    sql="select m.id from inventory_stockmovement m join inventory_stocklevel l on l.id = m.stock_level_id left join"
    f" (select 'box:' || p.id ref, -1 q, s.location_id place from {PARCELS}"
    f" union all select 'unbox:' || p.id, 1, s.location_id from {PARCELS} and s.state = 'cancelled') x"
    " on x.ref = m.reference and x.q = m.quantity and x.place = l.location_id"
    " where m.reason = 'packaging' and x.ref is null",
)
invariant(
    "I60b",
    entity="fulfillment.package",
    meaning="A parcel was opened again, but its box did not come back to the stock.",
    remedy="Count the boxes and adjust their level.",
    sql=f"select p.id from {PARCELS} and s.state = 'cancelled'"
    " and exists (select 1 from inventory_stockmovement m where m.reference = 'box:' || p.id)"
    " and not exists (select 1 from inventory_stockmovement m where m.reference = 'unbox:' || p.id)",
)
invariant(
    "I61",
    entity="fulfillment.packsession",
    meaning="A parcel does not hold exactly what was scanned into it.",
    remedy="Open the parcel before it leaves, compare it with the packing slip, and pack it again.",
    sql="select q.session_id from fulfillment_packparcel q join fulfillment_packsession n on n.id = q.session_id"
    " join fulfillment_packitem i on i.parcel_id = q.id left join fulfillment_packageitem k"
    " on k.package_id = q.package_id and k.allocation_id = i.allocation_id"
    " where n.state = 'done' and coalesce(k.quantity, 0) <> i.quantity"
    " union select q.session_id from fulfillment_packparcel q join fulfillment_packageitem k"
    " on k.package_id = q.package_id left join fulfillment_packitem i"
    " on i.parcel_id = q.id and i.allocation_id = k.allocation_id where i.id is null",
)
