"""What must be true of parcels on their way: the days that were told, and what is known of their risk."""

from fulfillment.models import CarrierClaim, ExpectedDay
from oms.foundation.invariant_kinds import rows_are_append_only, states_are_told
from oms.foundation.invariants import invariant

rows_are_append_only("I36d", ExpectedDay)
states_are_told(CarrierClaim)
invariant(
    "I90",
    entity="fulfillment.package",
    meaning="A parcel is expected on another day than was told last, or promised for another than its book says.",
    remedy="Look at the parcel's journey, and ask a developer which act changed the day alone.",
    sql="select p.id from fulfillment_package p join fulfillment_shipment s on s.id = p.shipment_id"
    " where s.state = 'shipped' and (p.expected_on is not null and not exists (select 1 from fulfillment_expectedday d"
    " where d.package_id = p.id and d.day = p.expected_on and d.id = (select max(x.id) from fulfillment_expectedday x"
    " where x.package_id = p.id and x.kind <> 'promised')) or p.promised_on is not null and not exists (select 1 from"
    " fulfillment_expectedday d where d.package_id = p.id and d.kind = 'promised' and d.day = p.promised_on))",
)
invariant(
    "I91",
    entity="fulfillment.parcelrisk",
    meaning="A parcel stands under “At risk” that has arrived, or never left.",
    remedy="Watching the parcels brings it in step within a quarter of an hour; if it comes back, ask a developer.",
    sql="select r.id from fulfillment_parcelrisk r join fulfillment_package p on p.id = r.package_id"
    " join fulfillment_shipment s on s.id = p.shipment_id"
    " where r.level <> 'none' and (p.delivered_at is not null or s.state <> 'shipped')",
)
invariant(
    "I92",
    entity="fulfillment.carrierclaim",
    meaning="A parcel is claimed as lost that has arrived, or one that has not left.",
    remedy="Withdraw the claim, and tell the carrier that the parcel was found.",
    sql="select c.id from fulfillment_carrierclaim c join fulfillment_package p on p.id = c.package_id"
    " join fulfillment_shipment s on s.id = p.shipment_id where c.state in ('draft','submitted','accepted')"
    " and (c.reason = 'lost' and p.delivered_at is not null or s.state <> 'shipped')",
)
