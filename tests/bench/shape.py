"""The shape of a large shop: one row for each order, from which every table is filled.

Of twenty orders sixteen are delivered, one is cancelled, one waits for stock, one is to be picked and one is packed.
Everything follows from the number of the order, so that two fillings are the same.
"""

from datetime import datetime

from tests.bench.filling import execute, literal

LOCATIONS, PRODUCTS, SCARCE, ACCOUNTS = 4, 2_000, 20, 3
LEVELS = (PRODUCTS + SCARCE) * LOCATIONS
SHIPPING = 490
HOME, CANCELLED, SHORT, OPEN, PACKED = "home", "cancelled", "short", "open", "packed"
SHIPPED_OR_PACKED = f"kind in ('{HOME}', '{PACKED}')"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# every number below 30^8 has a code of its own: the factor has no divisor in common with 30
FACTOR, CODES = 274_876_858_367, 30**8
DIGITS = " || ".join(
    f"substr('{ALPHABET}', 1 + (n * {FACTOR} % {CODES} / {30**place} % 30)::int, 1)" for place in range(8)
)
CODE = f"create function pg_temp.code(n bigint) returns text language sql immutable as $$ select {DIGITS} $$"
SHAPE = """
create temp table seed as select *, q1 * u1 + q2 * u2 lines_total, q1 * u1 + q2 * u2 + {shipping} total,
    (p1 - 1) * {locations} + location level1, (p2 - 1) * {locations} + location level2
from (select *, 500 + p1 % 90 * 50 u1, 500 + p2 % 90 * 50 u2 from (select i,
    case i % 20 when 16 then '{cancelled}' when 17 then '{short}' when 18 then '{open}' when 19 then '{packed}'
        else '{home}' end kind,
    {now} - interval '1 second' * ({seconds} * (1 - i::float8 / {orders}))::bigint placed_at,
    1 + i * 7 % {customers} customer, 1 + i % {accounts} account, 1 + i * 13 % {locations} location,
    case i % 20 when 17 then {products} + 1 + i % {scarce} else 1 + i * 31 % {products} end p1,
    case i % 20 when 17 then {products} + 1 + (i + 7) % {scarce} else 1 + (i * 31 + 17 + i % 5) % {products} end p2,
    1 + i % 3 q1, 1 q2, pg_temp.code(i) code
from generate_series(1::bigint, {orders}) i) told) priced
"""


def draw(*, orders: int, days: int, now: datetime) -> None:
    """Make the temporary table ``seed``: orders spread evenly over the days before a moment."""
    execute(CODE)
    execute(
        SHAPE.format(
            shipping=SHIPPING,
            locations=LOCATIONS,
            cancelled=CANCELLED,
            short=SHORT,
            open=OPEN,
            packed=PACKED,
            home=HOME,
            now=literal(now),
            seconds=days * 86_400,
            orders=orders,
            customers=customers(orders),
            accounts=ACCOUNTS,
            products=PRODUCTS,
            scarce=SCARCE,
        )
    )
    execute("create temp table seed_line as " + LINES)
    execute("analyze seed")
    execute("analyze seed_line")


LINES = """
select i * 2 - 1 id, i, 1 position, p1 product, q1 quantity, u1 unit_price, level1 level, kind, placed_at, code
from seed
union all
select i * 2, i, 2, p2, q2, u2, level2, kind, placed_at, code from seed order by 1
"""


def customers(orders: int) -> int:
    """Return how many customers so many orders come from."""
    return max(1, orders // 2)
