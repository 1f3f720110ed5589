"""What can go wrong with promises, parcels and labels, one row each."""

from tests.corruption import Corruption
from tests.orders.corruptions import HOME, SHORT, state

WORK = f"select id from fulfillment_fulfillmentorder where order_id = ({HOME})"
SENT = f"select min(id) from fulfillment_allocation where state = 'shipped' and fulfillment_order_id = ({WORK})"
LEFT = "select id from fulfillment_shipment where state = 'shipped'"
PARCEL = f"select id from fulfillment_package where shipment_id = ({LEFT})"
FREED = (
    "select a.id from fulfillment_allocation a join fulfillment_fulfillmentorder f on f.id = a.fulfillment_order_id"
    " join orders_order o on o.id = f.order_id where o.state = 'cancelled'"
)
BOUGHT = f"select id from fulfillment_label where package_id <> ({PARCEL}) and state = 'purchased'"
UNSHIPPED = "select id from fulfillment_fulfillmentorder where state = 'planned'"
SESSION = "select min(id) from fulfillment_packsession where state = 'done'"
REPACKED = "select id from fulfillment_shipment where state = 'cancelled'"
PACKED = "select min(id) from fulfillment_shipment where state <> 'shipped'"
PARCEL_COLUMNS = (
    "carrier_reference, reference, tracking_number, service, cost, currency, request, bought_at, next_event,"
    " manifest_number"
)

PICKUP = (
    "insert into fulfillment_pickup (version, created_at, updated_at, number, shipment_id, state, code, shelf,"
    " ready_at, expires_at, collected_at, collected_by, kept_why, tries) values"
    " (0, {{then}}, {{then}}, 'C', ({shipment}), '{state}', '', '', {{then}}, {{soon}}, {collected}, '', '', 0)"
)
LAST_PICKUP = "select max(id) from fulfillment_pickup"
WAITS_AFTER_IT_LEFT = PICKUP.format(shipment=LEFT, state="waiting", collected="null")
ASKED = (
    "insert into fulfillment_supplierrequest (version, created_at, updated_at, number, fulfillment_order_id, state,"
    " reference, asked_at, answer, after_cancel) values (0, {{then}}, {{then}}, 'Q', ({work}), '{state}', '', {{then}},"
    " '', '')"
)
ASKED_TOO_EARLY = ASKED.format(work=UNSHIPPED, state="requested")
NOT_SENT = ASKED.format(work=UNSHIPPED, state="fulfilled")
LAST_ASKED = "select max(id) from fulfillment_supplierrequest"

LOADING = "select id from fulfillment_manifest where state = 'open'"
LOADED = f"select id from fulfillment_manifestparcel where manifest_id = ({LOADING})"
RISK = (
    'insert into fulfillment_parcelrisk (version, created_at, updated_at, package_id, level, reason, sentence, "limit",'
    f" since, changed_at) values (0, {{then}}, {{then}}, ({PARCEL}), 'late', 'late', '', '', {{then}}, {{then}})"
)
CLAIM = (
    "insert into fulfillment_carrierclaim (version, created_at, updated_at, number, package_id, state, reason, amount,"
    f" currency, due_on, reference, note, answer) values (0, {{then}}, {{then}}, 'L', ({PARCEL}), 'submitted', 'lost',"
    " 1, 'EUR', '2026-12-01', '', '', '')"
)
LAST_CLAIM = "select max(id) from fulfillment_carrierclaim"

TRACED = (
    "insert into fulfillment_tracedpieces (quantity, fate, at, allocation_id, lot_id, package_id) values"
    " (1, 'held', {{then}}, ({of}), (select id from inventory_lot), {package})"
)

CORRUPTIONS = [
    Corruption(name="I82", row=SENT, sql=TRACED.format(of="{row}", package="null")),
    Corruption(
        name="I83",
        sql=TRACED.format(of=FREED, package=f"({PARCEL})"),
        found="select max(id) from fulfillment_tracedpieces",
    ),
    state("I16.manifest", "fulfillment_manifest", "state = 'open'", "dropped"),
    state("I16.drivervisit", "fulfillment_drivervisit", "state = 'booked'", "cancelled"),
    Corruption(
        name="I70",
        row="select id from fulfillment_shipment where state = 'labelled'",
        sql="update fulfillment_shipment set state = 'manifested' where id = {row}",
        also={"I16.shipment": "select {row}"},
    ),
    Corruption(
        name="I70h",
        row=LOADING,
        sql="update fulfillment_manifest set state = 'handed_over', handed_over_at = {then} where id = {row}",
        found="select id from fulfillment_manifestparcel where manifest_id = {row}",
        also={"I16.manifest": "select {row}"},
    ),
    Corruption(
        name="I70m",
        row=LOADING,
        sql="update fulfillment_manifest set carrier = 'pigeon' where id = {row}",
        found="select id from fulfillment_manifestparcel where manifest_id = {row}",
    ),
    Corruption(
        name="I70t",
        row=LOADED,
        sql="update fulfillment_manifestparcel set tracking_number = (select min(r.tracking_number) from"
        " fulfillment_manifestparcel r where r.id <> {row}) where id = {row}",
        found="select min(id) from fulfillment_manifestparcel",
    ),
    Corruption(
        name="I26m",
        row=LOADING,
        sql="update fulfillment_manifest set state = 'unknown', closed_at = {then} where id = {row}",
        also={"I16.manifest": "select {row}"},
    ),
    Corruption(name="I92", sql=CLAIM, found=LAST_CLAIM, also={"I16.carrierclaim": LAST_CLAIM}),
    Corruption(name="I16.carrierclaim", sql=CLAIM, found=LAST_CLAIM, also={"I92": LAST_CLAIM}),
    Corruption(
        name="I36d",
        engine={
            "postgresql": "drop trigger fulfillment_expectedday_append_only on fulfillment_expectedday",
            "sqlite": "drop trigger fulfillment_expectedday_append_only_update",
        },
        found="select 'fulfillment_expectedday'",
    ),
    Corruption(name="I90", row=PARCEL, sql="update fulfillment_package set expected_on = {now} where id = {row}"),
    Corruption(name="I91", sql=RISK, found="select max(id) from fulfillment_parcelrisk"),
    Corruption(name="I50", sql=WAITS_AFTER_IT_LEFT, found=LAST_PICKUP, also={"I16.pickup": LAST_PICKUP}),
    Corruption(name="I16.pickup", sql=WAITS_AFTER_IT_LEFT, found=LAST_PICKUP, also={"I50": LAST_PICKUP}),
    Corruption(
        name="I50c",
        sql=PICKUP.format(shipment=PACKED, state="collected", collected="{then}"),
        found=LAST_PICKUP,
        also={"I16.pickup": LAST_PICKUP},
    ),
    Corruption(name="I51b", sql=NOT_SENT, found=LAST_ASKED, also={"I16.supplierrequest": LAST_ASKED}),
    state("I16.partnermessage", "fulfillment_partnermessage", "state = 'person'", "seen"),
    Corruption(name="I51", sql=ASKED_TOO_EARLY, found=LAST_ASKED, also={"I16.supplierrequest": LAST_ASKED}),
    Corruption(name="I16.supplierrequest", sql=ASKED_TOO_EARLY, found=LAST_ASKED, also={"I51": LAST_ASKED}),
    state("I16.fulfillmentorder", "fulfillment_fulfillmentorder", "state = 'planned'", "on_hold"),
    state("I16.shipment", "fulfillment_shipment", "state = 'labelled'", "packed"),
    state("I16.label", "fulfillment_label", f"id = ({BOUGHT})", "printed"),
    Corruption(
        name="I16.picklist",
        row="select min(id) from fulfillment_picklist",
        sql="update fulfillment_picklist set state = 'released' where id = {row}",
        also={"I57": "select wave_id from fulfillment_picklist where id = {row}"},
    ),
    Corruption(
        name="I16.wave",
        row="select min(id) from fulfillment_wave",
        sql="update fulfillment_wave set state = 'in_progress' where id = {row}",
        also={"I57": "select {row}"},
    ),
    Corruption(
        name="I57",
        row="select min(id) from fulfillment_wave",
        sql="update fulfillment_wave set state = 'in_progress' where id = {row}",
        also={"I16.wave": "select {row}"},
    ),
    Corruption(
        name="I57s",
        row="select max(id) from fulfillment_waveorder",
        sql="update fulfillment_waveorder set passed_over = 'order_held' where id = {row}",
        found="select max(t.id) from fulfillment_picktask t join fulfillment_picklist p on p.id = t.pick_list_id"
        " where p.wave_id is not null",
    ),
    state("I16.picktask", "fulfillment_picktask", "id = (select min(id) from fulfillment_picktask)", "short"),
    state("I16.packsession", "fulfillment_packsession", f"id = ({SESSION})", "dropped"),
    Corruption(
        name="I60",
        row="select id from inventory_stockmovement where reason = 'damage'",
        sql="update inventory_stockmovement set reason = 'packaging' where id = {row}",
    ),
    Corruption(
        name="I60b",
        row=f"select id from fulfillment_package where shipment_id = ({REPACKED})",
        sql="update inventory_stockmovement set reference = 'adjust:' || id, reason = 'adjustment'"
        " where reference = 'unbox:' || {row}",
    ),
    Corruption(
        name="I61",
        row="select min(id) from fulfillment_packitem",
        sql="update fulfillment_packitem set quantity = quantity + 1 where id = {row}",
        found=SESSION,
    ),
    state("I16.sourcingreplay", "fulfillment_sourcingreplay", "state = 'queued'", "done"),
    state("I16.scarcityrun", "fulfillment_scarcityrun", "state = 'queued'", "failed"),
    Corruption(
        name="I16.substituteoffer",
        row="select id from fulfillment_substituteoffer where state = 'open'",
        sql="update fulfillment_substituteoffer set state = 'withdrawn', ended_at = expires_at where id = {row}",
    ),
    state("I16.sourcingruleset", "fulfillment_sourcingruleset", "state = 'active'", "retired"),
    Corruption(
        name="I2",
        row="select min(id) from inventory_stocklevel where on_hand > 0",
        sql="update inventory_stocklevel set allocated = allocated + 1 where id = {row}",
    ),
    Corruption(
        name="I6a",
        row=f"select id from orders_orderline where order_id = ({SHORT})",
        sql="update orders_orderline set quantity_allocated = 1 where id = {row}",
    ),
    Corruption(
        name="I7",
        row=SENT,
        sql="update fulfillment_allocation set quantity = quantity + 1 where id = {row}",
        found="select order_line_id from fulfillment_allocation where id = {row}",
        also={"I15b": "select {row}"},
    ),
    Corruption(
        name="I7m",
        row="select id from inventory_stockmovement where reason = 'damage'",
        sql="update inventory_stockmovement set reason = 'shipment' where id = {row}",
    ),
    Corruption(
        name="I14",
        row=FREED,
        sql="update fulfillment_allocation set state = 'allocated' where id = {row}",
        also={"I2": "select stock_level_id from fulfillment_allocation where id = {row}"},
    ),
    Corruption(name="I15", row=PARCEL, sql="update fulfillment_package set tracking_number = '' where id = {row}"),
    Corruption(
        name="I15b",
        row=f"select min(id) from fulfillment_packageitem where package_id = ({PARCEL})",
        sql="update fulfillment_packageitem set quantity = quantity + 1 where id = {row}",
        found="select allocation_id from fulfillment_packageitem where id = {row}",
        also={"I61": f"select session_id from fulfillment_packparcel where package_id = ({PARCEL})"},
    ),
    Corruption(
        name="I15c",
        row=f"select min(id) from fulfillment_label where package_id = ({PARCEL})",
        sql="update fulfillment_label set carrier = 'another' where id = {row}",
    ),
    Corruption(
        name="I19",
        row=f"select id from fulfillment_allocation where fulfillment_order_id = ({UNSHIPPED}) and state = 'allocated'",
        sql=f"update fulfillment_allocation set fulfillment_order_id = ({WORK}) where id = {{row}}",
    ),
    Corruption(
        name="I19s",
        row=LEFT,
        sql="update fulfillment_shipment set location_id = (select id from inventory_location where code = 'MAN')"
        " where id = {row}",
        also={
            "I60": f"select id from inventory_stockmovement where reference = 'box:' || ({PARCEL})",
            "I70m": f"select id from fulfillment_manifestparcel where package_id = ({PARCEL})",
        },
    ),
    Corruption(
        name="I52",
        row=f"select id from fulfillment_allocation where fulfillment_order_id = ({UNSHIPPED}) and state = 'allocated'",
        sql="update fulfillment_allocation set is_assembled = true where id = {row}",
        also={"I2": "select stock_level_id from fulfillment_allocation where id = {row}"},
    ),
    Corruption(
        name="I36p",
        engine={
            "postgresql": "drop trigger fulfillment_allocationpart_append_only on fulfillment_allocationpart",
            "sqlite": "drop trigger fulfillment_allocationpart_append_only_update",
        },
        found="select 'fulfillment_allocationpart'",
    ),
    Corruption(name="I22", row=WORK, sql="update fulfillment_fulfillmentorder set packed_at = {then} where id = {row}"),
    Corruption(name="I22p", row=PARCEL, sql="update fulfillment_package set delivered_at = null where id = {row}"),
    Corruption(
        name="I26l",
        row=BOUGHT,
        sql="update fulfillment_label set state = 'unknown' where id = {row}",
        also={"I16.label": "select {row}"},
        days_later=2,
    ),
    Corruption(
        name="X2",
        row=f"select p.id from fulfillment_sandboxparcel p join fulfillment_label l on l.key = p.reference"
        f" where l.id = ({BOUGHT})",
        sql="update fulfillment_sandboxparcel set cost = cost + 1 where id = {row}",
        found=BOUGHT,
    ),
    Corruption(
        name="X2p",
        sql=f"insert into fulfillment_sandboxparcel ({PARCEL_COLUMNS})"
        " values ('c', 'r', 't', 's', 1, 'EUR', '{{}}', {now}, 0, '')",
        found="select max(id) from fulfillment_sandboxparcel",
    ),
]
