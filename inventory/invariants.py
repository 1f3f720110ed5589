"""What must hold for stock in every committed moment."""

from inventory.models import BinMovement, CountSession, StockMovement
from oms.foundation.invariant_kinds import rows_are_append_only, states_are_told
from oms.foundation.invariants import Repair, invariant

COUNT_IT = "Count the level; then let somebody with access to the database run what `verify --repair-plan` prints."

COUNT_BINS = "Look what lies in its bins, take all of it out on its page, and put away what is there."

rows_are_append_only("I36m", StockMovement)
rows_are_append_only("I36b", BinMovement)
states_are_told(CountSession)
invariant(
    "I1",
    entity="inventory.stocklevel",
    meaning="The pieces on hand are not the sum of the level's movements.",
    remedy=COUNT_IT,
    sql="select s.id from inventory_stocklevel s left join (select stock_level_id, sum(quantity) q from"
    " inventory_stockmovement group by stock_level_id) m on m.stock_level_id = s.id"
    " where s.on_hand <> coalesce(m.q, 0)",
    repair=Repair(
        lock="select id from inventory_stocklevel where id in ({ids}) order by id for update",
        update="update inventory_stocklevel set on_hand = (select coalesce(sum(m.quantity), 0) from"
        " inventory_stockmovement m where m.stock_level_id = inventory_stocklevel.id), version = version + 1"
        " where id in ({ids})",
    ),
)
invariant(
    "I3",
    entity="inventory.stocklevel",
    meaning="More pieces are promised than are on hand, or a number is negative.",
    remedy="Count the level, and move or cancel the orders that cannot be served.",
    sql="select id from inventory_stocklevel where allocated < 0 or on_hand < 0 or allocated > on_hand",
)
invariant(
    "I4",
    entity="inventory.stockmovement",
    meaning="A movement was applied twice: its reference stands on two rows.",
    remedy="Count the level and adjust it by the pieces that were moved once too often.",
    sql="select max(id) from inventory_stockmovement group by reference having count(*) > 1",
)
invariant(
    "I38",
    entity="inventory.stocklevel",
    meaning="The incoming pieces received at a level are not those that its movements say came so.",
    remedy="Read the timelines of its incoming stock, then count the level and ask a developer what happened.",
    sql="select s.id from inventory_stocklevel s left join (select product_id, location_id, sum(received) q from"
    " inventory_incomingstock group by product_id, location_id) i on i.product_id = s.product_id and i.location_id ="
    " s.location_id left join (select stock_level_id, sum(quantity) q from inventory_stockmovement where reference like"
    " 'incoming:%' group by stock_level_id) m on m.stock_level_id = s.id where coalesce(i.q, 0) <> coalesce(m.q, 0)",
)
invariant(
    "I54",
    entity="inventory.kitcomponent",
    meaning="A kit is made of a kit: nobody can tell which pieces that takes.",
    remedy="Name on its page what the inner kit is made of instead.",
    sql="select distinct c.id from inventory_kitcomponent c join inventory_kitcomponent n on n.kit_id = c.component_id",
)
invariant(
    "I39",
    entity="inventory.stocklevel",
    meaning="The pieces in the bins of a level do not add up to what the level says, or are more than are on hand.",
    remedy=COUNT_BINS,
    sql="select s.id from inventory_stocklevel s left join (select stock_level_id, sum(quantity) q from"
    " inventory_binstock where bin_id is not null group by stock_level_id) b on b.stock_level_id = s.id"
    " where s.in_bins <> coalesce(b.q, 0) or s.in_bins > s.on_hand",
)
invariant(
    "I40",
    entity="inventory.binstock",
    meaning="The pieces in a bin are not the sum of the movements there, or it is a bin of another location.",
    remedy=COUNT_BINS,
    sql="select b.id from inventory_binstock b left join inventory_bin p on p.id = b.bin_id join inventory_stocklevel s"
    " on s.id = b.stock_level_id left join (select bin_stock_id, sum(quantity) q from inventory_binmovement"
    " group by bin_stock_id) m on m.bin_stock_id = b.id"
    " where b.quantity <> coalesce(m.q, 0) or p.location_id <> s.location_id",
)
invariant(
    "I41",
    entity="inventory.countline",
    meaning="A count is in the books by other pieces than it found more or less, or moved stock before it was posted.",
    remedy="Count the bin again; ask a developer how the movement came about.",
    sql="select l.id from inventory_countline l join inventory_countsession s on s.id = l.session_id"
    " left join inventory_stockmovement m on m.reference = 'counted:' || l.id"
    " where coalesce(m.quantity, 0) <> case when s.state = 'posted' then coalesce(l.difference, 0) else 0 end",
)
FOLLOWED = (
    " join inventory_product p on p.id = s.product_id join inventory_location o on o.id = s.location_id"
    " where p.followed_by <> 'none' and o.kind in ('warehouse', 'store')"
)
invariant(
    "I80",
    entity="inventory.stocklevel",
    meaning="The lots or serial numbers of a followed product do not add up to the pieces on hand.",
    remedy="Count its bins: each line of the count names a lot. Then ask a developer what came or went unnamed.",
    sql="select s.id from inventory_stocklevel s left join (select stock_level_id, sum(quantity) q from"
    " inventory_binstock where lot_id is not null group by stock_level_id) b on b.stock_level_id = s.id"
    f"{FOLLOWED} and s.on_hand <> coalesce(b.q, 0)",
)
invariant(
    "I81",
    entity="inventory.binstock",
    meaning="Pieces lie under a lot of another product, without a lot though they are followed, or a serial number is"
    " not one piece in one place.",
    remedy="Count the bin; take the wrong line out of it and receive the pieces under what stands on them.",
    sql="select b.id from inventory_binstock b join inventory_stocklevel s on s.id = b.stock_level_id join"
    " inventory_product p on p.id = s.product_id join inventory_location o on o.id = s.location_id left join"
    " inventory_lot l on l.id = b.lot_id where b.quantity > 0 and (l.product_id <> p.id or (l.id is null and"
    " p.followed_by <> 'none' and o.kind in ('warehouse', 'store')) or (p.followed_by = 'serial' and l.id is not null"
    " and (b.single = false or (select sum(c.quantity) from inventory_binstock c where c.lot_id = b.lot_id) > 1)))",
)
invariant(
    "I84",
    entity="inventory.stocklevel",
    meaning="The blocked pieces of a level are not those of its blocked and expired lots that lie in bins.",
    remedy="Give a lot of the product its best-before date once more: all are counted anew. Then ask a developer how it"
    " came about.",
    sql="select s.id from inventory_stocklevel s left join (select b.stock_level_id, sum(b.quantity) q from"
    " inventory_binstock b join inventory_lot l on l.id = b.lot_id where (l.blocked_at is not null or l.expired_at is"
    " not null) and b.bin_id is not null group by b.stock_level_id) x on x.stock_level_id = s.id where s.blocked <>"
    " coalesce(x.q, 0)",
)
