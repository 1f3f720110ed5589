"""What must be true of lots and serial numbers on their way to the customer."""

from oms.foundation.invariants import invariant

OWN = "p.followed_by <> 'none' and o.kind in ('warehouse', 'store')"

invariant(
    "I82",
    entity="fulfillment.allocation",
    meaning="The lots or serial numbers that were picked of a followed product are not as many as the pieces, or are of"
    " another product.",
    remedy="Before it leaves: open the parcels, stop the picking, and pick it again by scans. Later: ask a developer.",
    sql="select a.id from fulfillment_allocation a join inventory_stocklevel s on s.id = a.stock_level_id"
    " join inventory_product p on p.id = s.product_id join inventory_location o on o.id = s.location_id"
    " left join (select t.allocation_id, sum(t.quantity) q, min(l.product_id) first, max(l.product_id) last"
    " from fulfillment_tracedpieces t join inventory_lot l on l.id = t.lot_id where t.fate = 'held'"
    " group by t.allocation_id) t on t.allocation_id = a.id where not a.is_assembled and"
    f" ((a.state = 'picked' and {OWN} and coalesce(t.q, 0) <> a.quantity)"
    " or (a.state = 'shipped' and t.q <> a.quantity)"
    " or (a.state in ('allocated', 'picked', 'shipped') and (t.first <> p.id or t.last <> p.id)))",
)
invariant(
    "I83",
    entity="fulfillment.tracedpieces",
    meaning="A lot or serial number stands in a parcel that does not hold the pieces it was picked for.",
    remedy="Open the parcel before it leaves and pack it again by scans.",
    sql="select t.id from fulfillment_tracedpieces t join fulfillment_package k on k.id = t.package_id"
    " join fulfillment_shipment h on h.id = k.shipment_id left join fulfillment_packageitem i"
    " on i.package_id = t.package_id and i.allocation_id = t.allocation_id where h.state <> 'cancelled'"
    " and i.id is null",
)
