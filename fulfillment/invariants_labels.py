"""What must be true of parcels and their labels in every committed moment, and against the sandbox carrier's book."""

from oms.foundation.invariants import invariant

invariant(
    "I15",
    entity="fulfillment.package",
    meaning="A shipped parcel has no tracking number, two parcels share one, or a parcel has two live labels.",
    remedy="Look at the label on the parcel, and void the one that is not on it.",
    sql="select p.id from fulfillment_package p join fulfillment_shipment s on s.id = p.shipment_id"
    " where s.state = 'shipped' and p.carrier <> '' and p.tracking_number = ''"
    " union all select min(id) from fulfillment_package where tracking_number <> ''"
    " group by carrier, tracking_number having count(*) > 1"
    " union all select package_id from fulfillment_label where state not in ('voided','failed')"
    " group by package_id having count(*) > 1",
)
invariant(
    "I15c",
    entity="fulfillment.label",
    meaning="A parcel has a live label of another carrier than the one that its shipment goes with.",
    remedy="Look which label is on the parcel, and void the other: a shipment goes with one carrier.",
    sql="select l.id from fulfillment_label l join fulfillment_package p on p.id = l.package_id"
    " join fulfillment_shipment s on s.id = p.shipment_id where l.state not in ('voided','failed')"
    " and l.carrier <> '' and l.carrier <> s.carrier",
)
invariant(
    "I22p",
    entity="fulfillment.package",
    meaning="A parcel's status is lower than something its carrier has told, or its moment of delivery does not fit.",
    remedy="Ask the carrier where the parcel is, and record it by hand.",
    sql="select p.id from fulfillment_package p where (p.tracking_status = 'delivered') <> (p.delivered_at is not null)"
    " union all select p.id from fulfillment_package p join fulfillment_trackingevent e on e.package_id = p.id"
    " where e.status = 'delivered' and p.tracking_status <> 'delivered'",
)
invariant(
    "I26l",
    cls="E",
    entity="fulfillment.label",
    meaning="A carrier's answer has been missing for a day.",
    remedy="Ask the carrier about the label by its reference.",
    sql="select id from fulfillment_label where state in ('requested','unknown','void_requested')"
    " and created_at < :day_ago",
)
invariant(
    "X2",
    cls="X",
    entity="fulfillment.label",
    meaning="The sandbox carrier's book says otherwise of a label: its number, its price, or whether it is void.",
    remedy="Look it up at the carrier by its reference; void what is not on a parcel.",
    sql="select l.id from fulfillment_label l left join fulfillment_sandboxparcel p"
    " on p.carrier_reference = l.carrier_reference where l.carrier = 'sandbox' and"
    " (l.state in ('purchased','printed') and (p.id is null or p.voided_at is not null or p.reference <> l.key"
    " or p.tracking_number <> l.tracking_number or p.cost <> l.cost or p.currency <> l.currency)"
    " or l.state = 'voided' and (p.id is null or p.voided_at is null))",
)
invariant(
    "X2p",
    cls="X",
    entity="fulfillment.sandboxparcel",
    meaning="The sandbox carrier sold us a label that is on no parcel of ours and was not voided.",
    remedy="Void it at the carrier by its reference, so that nobody pays for it.",
    sql="select p.id from fulfillment_sandboxparcel p left join fulfillment_label l on l.key = p.reference"
    " where p.voided_at is null and (l.id is null or l.state in ('failed','voided')"
    " or l.state in ('purchased','printed') and l.carrier_reference <> p.carrier_reference)",
)
