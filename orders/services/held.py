"""What a hold blocks: the acts that it can name, each by the condition with which its room refuses."""

from collections.abc import Sequence

from oms.foundation.actions import Condition
from oms.foundation.refusals import Invalid
from orders.models import Order
from orders.states import HeldAct, HoldState

# The floor's acts in their order: what one of them waits for, those after it wait for too.
FLOOR = (HeldAct.RELEASE, HeldAct.PICK, HeldAct.PACK, HeldAct.LABEL, HeldAct.SHIP)
ENFORCED: dict[HeldAct, Condition] = {}


def not_held(act: HeldAct) -> Condition:
    """Return the condition that no open hold blocks an act on an order, or on what belongs to one.

    From then on holds can name the act: only who asks for the condition can keep the promise.
    """
    stopping = stopped_by(act)

    def check(row: Order | object) -> str | None:
        """Say which hold is in the way."""
        order: Order = row if isinstance(row, Order) else row.order  # type: ignore[attr-defined]
        holds = (hold for hold in order.holds.all() if hold.state == HoldState.OPEN)
        hold = next((one for one in holds if stopping & set(one.blocks)), None)
        if hold is None:
            return None
        what = str(act.label).capitalize()
        return f"{what} is blocked by a hold: {hold.why}. Let go of the hold on order {order.number} first."

    return ENFORCED.setdefault(act, Condition("order_held", check))


def stopped_by(act: HeldAct) -> frozenset[str]:
    """Return the words of which each stops the act: its own, and those of the floor's acts before it."""
    return frozenset(FLOOR[: FLOOR.index(act) + 1] if act in FLOOR else (act,))


def blockable() -> list[tuple[str, str]]:
    """Return the acts that a hold can name, each with its words."""
    return [(act.value, str(act.label)) for act in HeldAct if act in ENFORCED]


def named_acts(blocks: Sequence[str]) -> list[str]:
    """Return the acts a hold names, each once and in their order.

    :raises Invalid: without an act, and for one that nobody would refuse.
    """
    known = dict(blockable())
    unknown = [word for word in blocks if word not in known]
    if unknown or not blocks:
        named = f"A hold cannot block “{unknown[0]}”." if unknown else "Say what the hold blocks."
        sentence = f"{named} It can block: {', '.join(known)}."
        raise Invalid(sentence, code="unknown_act", field="blocks")
    return [word for word in known if word in blocks]
