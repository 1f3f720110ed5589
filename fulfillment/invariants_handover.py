"""What must be true of the lists of the day in every committed moment."""

from oms.foundation.invariants import invariant

CLOSED = "('closing','unknown','closed')"
invariant(
    "I70",
    entity="fulfillment.shipment",
    meaning="A shipment is on the manifest, but not every parcel of it is on one closed list.",
    remedy="Open its list again and close it anew; a parcel that nobody has loaded stays here.",
    sql="select s.id from fulfillment_shipment s left join fulfillment_package p on p.shipment_id = s.id"
    " left join fulfillment_manifestparcel r on r.package_id = p.id and r.left_at is null"
    f" left join fulfillment_manifest m on m.id = r.manifest_id and m.state in {CLOSED}"
    " where s.state = 'manifested' group by s.id"
    " having count(distinct p.id) <> count(distinct case when m.id is not null then p.id end)"
    " or count(distinct m.id) <> 1",
)
invariant(
    "I70h",
    entity="fulfillment.manifestparcel",
    meaning="A parcel stands on a list that was handed over, but its shipment has not left.",
    remedy="Look whether the parcel is still here; if it is not, ship its shipment.",
    sql="select r.id from fulfillment_manifestparcel r join fulfillment_manifest m on m.id = r.manifest_id"
    " join fulfillment_package p on p.id = r.package_id join fulfillment_shipment s on s.id = p.shipment_id"
    " where m.state = 'handed_over' and r.left_at is null and s.state <> 'shipped'",
)
invariant(
    "I70m",
    entity="fulfillment.manifestparcel",
    meaning="A parcel is on a list of another location or carrier than its own.",
    remedy="Take it off the truck, and load it onto that of its own carrier.",
    sql="select r.id from fulfillment_manifestparcel r join fulfillment_manifest m on m.id = r.manifest_id"
    " join fulfillment_package p on p.id = r.package_id join fulfillment_shipment s on s.id = p.shipment_id"
    " where r.left_at is null and (s.location_id <> m.location_id"
    " or p.tracking_number = r.tracking_number and p.carrier <> m.carrier)",
)
invariant(
    "I70t",
    entity="fulfillment.manifestparcel",
    meaning="Two parcels are loaded at once under one number, or one is on two lists.",
    remedy="Look which of them is on the truck; take the other off.",
    sql="select min(r.id) from fulfillment_manifestparcel r join fulfillment_manifest m on m.id = r.manifest_id"
    " where r.left_at is null group by r.tracking_number, m.carrier having count(*) > 1"
    " union all select min(id) from fulfillment_manifestparcel where left_at is null"
    " group by package_id having count(*) > 1",
)
invariant(
    "I26m",
    cls="E",
    entity="fulfillment.manifest",
    meaning="A carrier's answer to the list of a day has been missing for a day.",
    remedy="Look at the list: ask the carrier again, or say what its own pages show.",
    sql="select id from fulfillment_manifest where state in ('closing','unknown') and closed_at < :day_ago",
)
