"""Which acts of a row stand in front, which behind “More acts”, and which are closed and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from oms.foundation.actions import Offer

MOST_LEADING = 2
FEW = 4


@dataclass(frozen=True, slots=True)
class Buttons:
    """The acts of a row as its page shows them.

    ``leading`` stand in front on every screen, ``everyday`` beside them where there is room, ``rare`` and ``closed``
    behind “More acts”. ``blocked`` is the main act when it is closed and nothing leads instead.
    """

    leading: Sequence[Offer]
    blocked: Offer | None
    everyday: Sequence[Offer]
    rare: Sequence[Offer]
    closed: Sequence[Offer]

    def __bool__(self) -> bool:
        """Return whether there is any button at all."""
        return bool(self.leading or self.blocked or self.everyday or self.rare or self.closed)


def arrange(found: Sequence[Offer], *, leading: Sequence[str], everyday: Sequence[str]) -> Buttons:
    """Sort the offers of a row; ``leading`` and ``everyday`` are names of acts, most wanted first.

    Without ``everyday`` every act that does no harm is one, and the first of them leads where nothing else does.
    """
    opened = {one.action.name: one for one in found if one.allowed}
    front = [opened[name] for name in leading if name in opened][:MOST_LEADING]
    shut = [one for one in found if not one.allowed]
    blocked = None if front else next((one for one in shut if one.action.name in leading), None)
    rest = [one for one in opened.values() if one not in front]
    wanted = [one for one in rest if _is_everyday(one, everyday)]
    rare = [one for one in rest if one not in wanted]
    closed = [one for one in shut if one is not blocked]
    if len(rest) <= FEW and not closed:
        wanted, rare = rest, []
    if not front and blocked is None and not everyday:
        front, wanted = wanted[:1], wanted[1:]
    return Buttons(front, blocked, wanted, rare, closed)


def _is_everyday(offer: Offer, everyday: Sequence[str]) -> bool:
    """Tell whether an open act stands in the bar where there is room."""
    return offer.action.name in everyday if everyday else not offer.action.danger
