"""Goods that come while orders wait for them: a few pieces of a scarce product at a time."""

import random

from tests.assortment import PLACES, TIGHT
from tests.chaos.line import Line
from tests.chaos.notebook import Notebook
from tests.chaos.pace import paced

TWICE = 0.3


def receive(line: Line, notebook: Notebook, pieces: int, span: float, dice: random.Random) -> None:
    """Bring so many pieces evenly over the span, one a call, some calls sent twice at the same moment."""
    for number in paced(range(pieces), span):
        sku, place = f"T{dice.randrange(TIGHT)}", dice.choice(PLACES)
        goods = {"sku": sku, "location": place, "quantity": 1, "reason": "receipt"}
        post = ("stock/adjust/", goods, f"goods-{number}")
        replies = line.both(post, post) if dice.random() < TWICE else [line.post(*post[:2], key=post[2])]
        if len({reply.body for reply in replies}) > 1:
            notebook.complain(f"one key, two answers for goods {number}")
        if replies[0].ok:
            notebook.count("pieces received")
        else:
            notebook.complain(f"goods {number} were refused: {replies[0].status} {replies[0].body[:200]!r}")
