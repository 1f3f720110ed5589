"""What must hold for stock in every committed moment."""

from oms.foundation.invariants import invariant

invariant(
    "I1",
    entity="inventory.stocklevel",
    meaning="The pieces on hand are not the sum of the level's movements.",
    sql="select s.id from inventory_stocklevel s left join (select stock_level_id, sum(quantity) q from"
    " inventory_stockmovement group by 1) m on m.stock_level_id = s.id where s.on_hand <> coalesce(m.q, 0)",
)
invariant(
    "I3",
    entity="inventory.stocklevel",
    meaning="More pieces are promised than are on hand, or a number is negative.",
    sql="select id from inventory_stocklevel where allocated < 0 or on_hand < 0 or allocated > on_hand",
)
invariant(
    "I4",
    entity="inventory.stockmovement",
    meaning="A movement was applied twice: its reference stands on two rows.",
    sql="select max(id) from inventory_stockmovement group by reference having count(*) > 1",
)
