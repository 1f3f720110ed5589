"""Fills the tables of supply and demand from the shape: catalogue, stock, channels, customers, orders, money, gates."""

from inventory.models import Location, Product, StockLevel, StockMovement
from orders.models import (
    Channel,
    ChannelAccount,
    Customer,
    Gate,
    Order,
    OrderAddress,
    OrderLine,
    Payment,
    PaymentEvent,
    SandboxCharge,
)
from orders.states import GateName
from tests.bench.filling import chosen, execute, insert, literal
from tests.bench.shape import (
    ACCOUNTS,
    CANCELLED,
    HOME,
    LEVELS,
    LOCATIONS,
    OPEN,
    PACKED,
    PRODUCTS,
    SCARCE,
    SHIPPING,
    SHORT,
)

FIRST = ["Ada", "Noor", "Emil", "Ines", "Jonas", "Leila", "Marek", "Nina", "Oskar", "Priya", "Rosa", "Sami", "Tove"]
LAST = ["Ahmed", "Baker", "Costa", "Dahl", "Evans", "Fischer", "Garcia", "Hansen", "Ivanova", "Jones", "Kowalski"]
CITIES = ["Leeds", "London", "Manchester", "Bristol", "Glasgow", "Cardiff", "York", "Oxford", "Derby"]
STREETS = ["High Street", "Station Road", "Mill Lane", "Church Road", "The Headrow", "Park Avenue"]
ON_HAND = 1_000
NAME = f"{chosen(FIRST, 'customer')} || ' ' || {chosen(LAST, 'customer / 13')}"
STATES = {HOME: "completed", CANCELLED: "cancelled", SHORT: "placed", OPEN: "released", PACKED: "released"}
PAID = {HOME: "paid", CANCELLED: "voided", SHORT: "authorized", OPEN: "authorized", PACKED: "authorized"}
PAYMENTS = {HOME: "captured", CANCELLED: "voided", SHORT: "authorized", OPEN: "authorized", PACKED: "authorized"}
PROGRESS = {HOME: "delivered", CANCELLED: "cancelled", SHORT: "backordered", OPEN: "allocated", PACKED: "allocated"}
ASKED = {HOME: ["authorize", "capture"], CANCELLED: ["authorize", "void"]}


def by_kind(words: dict[str, str]) -> str:
    """Return the word for each kind of order as an SQL expression."""
    return f"case kind {' '.join(f'when {literal(kind)} then {literal(word)}' for kind, word in words.items())} end"


def when(*kinds: str, then: str, otherwise: str = "null") -> str:
    """Return a value for some kinds of order, and another for the rest."""
    return f"case when kind in ({', '.join(map(literal, kinds))}) then {then} else {otherwise} end"


def fill_supply() -> None:
    """Fill catalogue, places and stock: a level was opened with what left it, what is promised, a thousand pieces."""
    number = f"from generate_series(1, {PRODUCTS + SCARCE}) n"
    insert(
        Product, number, id="n", sku="'SKU-' || lpad(n::text, 5, '0')", title="'Article ' || n",
        unit_price="500 + n % 90 * 50", weight_g="100 + n % 40 * 25", created_at="now()",
        barcode="lpad((4000000000000 + n * 37)::text, 13, '0')",
    )  # fmt: skip
    places = f"from generate_series(1, {LOCATIONS}) n"
    insert(Location, places, id="n", code="'WH' || n", name="'Warehouse ' || n", latitude="51 + n", longitude="0 - n")
    execute(
        "create temp table moved as select level, coalesce(sum(quantity) filter (where kind = 'home'), 0) gone,"
        " coalesce(sum(quantity) filter (where kind in ('open', 'packed')), 0) promised from seed_line group by level"
    )
    levels = (
        f"from generate_series(1, {PRODUCTS + SCARCE}) p cross join generate_series(1, {LOCATIONS}) l"
        f" left join moved on level = (p - 1) * {LOCATIONS} + l"
    )
    on_hand = f"case when p <= {PRODUCTS} then {ON_HAND} + coalesce(promised, 0) else 0 end"
    insert(
        StockLevel, levels, id=f"(p - 1) * {LOCATIONS} + l", product_id="p", location_id="l", bin="'A-' || p % 40",
        on_hand=on_hand, allocated="coalesce(promised, 0)",
    )  # fmt: skip
    opened = f"from generate_series(1, {PRODUCTS * LOCATIONS}) n left join moved on level = n"
    opening = f"{ON_HAND} + coalesce(gone, 0) + coalesce(promised, 0)"
    insert(
        StockMovement, opened, id="n", stock_level_id="n", quantity=opening, reason="'opening'",
        reference="'opening:' || n", at="now() - interval '3 years'",
    )  # fmt: skip
    insert(
        StockMovement, "from seed_line where kind = 'home' order by id", id=f"{LEVELS} + id", stock_level_id="level",
        quantity="-quantity", reason="'shipment'", reference="'ship:' || id", at="placed_at + interval '2 hours'",
    )  # fmt: skip


def fill_channels(customers: int) -> None:
    """Fill channels with their accounts, and customers."""
    shops = f"from generate_series(1, {ACCOUNTS}) n"
    insert(Channel, shops, id="n", code="'seeded-' || n", name="'Shop ' || n")
    insert(ChannelAccount, shops, id="n", channel_id="n", code="'seeded-' || n")
    insert(
        Customer, f"from generate_series(1, {customers}) customer", id="customer", name=NAME,
        email="'customer' || customer || '@example.com'", phone="'+44' || (7000000000 + customer)",
    )  # fmt: skip


def fill_orders() -> None:
    """Fill orders with their lines, addresses and gates."""
    shipped, released = when(HOME, then="quantity", otherwise="0"), when(HOME, OPEN, PACKED, then="placed_at")
    insert(
        Order, "from seed order by i", id="i", number="code", channel_id="account", channel_account_id="account",
        external_id="'E' || (100000 + i)", customer_id="customer", state=by_kind(STATES), payment_status=by_kind(PAID),
        fulfillment_status=by_kind(PROGRESS), currency="'EUR'", lines_total="lines_total", total="total",
        shipping_total=f"{SHIPPING}", cancelled_total=when(CANCELLED, then="total", otherwise="0"), customer_name=NAME,
        email="'customer' || customer || '@example.com'", phone="'+44' || (7000000000 + customer)",
        created_at="placed_at", placed_at="placed_at", received_at="placed_at", released_at=released,
        completed_at=when(HOME, then="placed_at + interval '2 days'"), cancelled_at=when(CANCELLED, then="placed_at"),
        short_since=when(SHORT, then="placed_at"),
    )  # fmt: skip
    insert(
        OrderLine, "from seed_line order by id", id="id", order_id="i", position="position", product_id="product",
        sku="'SKU-' || lpad(product::text, 5, '0')", title="'Article ' || product", quantity="quantity",
        unit_price="unit_price", quantity_shipped=shipped, quantity_delivered=shipped,
        quantity_open=when(SHORT, OPEN, PACKED, then="quantity", otherwise="0"),
        quantity_allocated=when(OPEN, PACKED, then="quantity", otherwise="0"),
        quantity_cancelled=when(CANCELLED, then="quantity", otherwise="0"),
    )  # fmt: skip
    insert(
        OrderAddress, "from seed, (values ('shipping'), ('billing')) told(what)", order_id="i", kind="what", name=NAME,
        line1=f"(1 + i % 120) || ' ' || {chosen(STREETS, 'i')}", city=chosen(CITIES, "i / 7"), country="'GB'",
        postal_code="'LS' || 1 + i % 20 || ' ' || i % 9 || 'AB'", created_at="placed_at",
    )  # fmt: skip
    names = ", ".join(f"({literal(name)})" for name in GateName.values)
    closed = "kind = 'short' and gate = 'stock'"
    insert(
        Gate, f"from seed, (values {names}) told(gate)", order_id="i", name="gate", checked_at="placed_at",
        state=f"case when {closed} then 'closed' else 'open' end",
        code=f"case when {closed} then 'short_stock' else '' end",
        reason=f"case when {closed} then 'Missing: 2 pieces. It is tried again as soon as stock comes in.' else '' end",
    )  # fmt: skip


def fill_money() -> None:
    """Fill payments, what was asked of the sandbox gateway, and its own book."""
    insert(
        Payment, "from seed order by i", id="i", order_id="i", gateway="'sandbox'", method="'card'",
        state=by_kind(PAYMENTS), currency="'EUR'", amount="total", authorized="total",
        captured=when(HOME, then="total", otherwise="0"), reference="'sb_a' || i", created_at="placed_at",
    )  # fmt: skip
    asked = [(kind, what) for kind in STATES for what in ASKED.get(kind, ["authorize"])]
    pairs = ", ".join(f"({literal(kind)}, {literal(what)})" for kind, what in asked)
    source = f"from seed join (values {pairs}) told(for_kind, what) on for_kind = kind"
    told = {
        "kind": "what",
        "key": "what || ':' || i",
        "currency": "'EUR'",
        "amount": "total",
        "created_at": "placed_at",
    }
    number = "'sb_' || left(what, 1) || i"
    insert(
        PaymentEvent, source, payment_id="i", gateway="'sandbox'", outcome="'ok'", transaction_id=number,
        settled_at="placed_at", **told,
    )  # fmt: skip
    insert(SandboxCharge, source, transaction_id=number, token="'tok_ok'", **told)
