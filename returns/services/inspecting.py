"""Inspecting returned pieces: accepted or not, and what becomes of them; what can be sold goes back to stock."""

from collections.abc import Sequence

from django.db import transaction

from inventory.services.stock import move_stock, open_levels
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Invalid, Refused
from returns.conditions import IS_RECEIVED, MONEY_NOT_HELD, is_to_inspect
from returns.entries import Inspected
from returns.locks import lock_return, lock_return_lines
from returns.models import Return, ReturnLine
from returns.services.completing import finish, may_settle
from returns.services.lots import changes_of, correct_lots
from returns.states import Disposition


@transaction.atomic
def inspect_return(*, return_id: int, lines: Sequence[Inspected], refund_later: bool = False, actor: Actor) -> Return:
    """Decide about received pieces; pieces to restock become sellable at the return's location.

    When the last line is decided the return is completed and refunded, unless ``refund_later`` says otherwise or a
    hold keeps the money.

    :raises Refused: for a line that was inspected already. :raises Invalid: for a line of which nothing arrived.
    """
    order, one = lock_return(return_id, money=True)
    refuse_unless(one, IS_RECEIVED)
    known = lock_return_lines(one.pk)
    pairs = [(line, entry) for entry in lines for line in _meant(known, entry)]
    decided = [_decide(line, entry) for line, entry in pairs]
    strange = [correct_lots(line, entry.lots, actor) for line, entry in pairs]
    ReturnLine.objects.bulk_update(decided, ["acceptance", "disposition", "quantity_restocked", "inspection_note"])
    one.save(update_fields=["updated_at"])
    told = ", ".join(f"{line.order_line.sku} {line.acceptance}: {line.disposition}" for line in decided)
    note = "; ".join([f"{one.number}: {told}", *filter(None, strange)])
    record(actor, "returns.inspect_return", one, note=f"{note}."[:500])
    settles = not refund_later and may_settle(order) and MONEY_NOT_HELD.reason(one) is None
    if settles and not any(is_to_inspect(line) for line in known):
        finish(order, one, known, actor)
    _restock(one, pairs, actor)
    return one


def _meant(lines: Sequence[ReturnLine], entry: Inspected) -> list[ReturnLine]:
    """Return the lines an entry is about; raises when nothing of them arrived or they are decided."""
    ref = entry.ref
    meant = [
        line
        for line in lines
        if (line.order_line.position == ref.position if ref.position is not None else line.order_line.sku == ref.sku)
        and line.quantity_received
    ]
    if not meant:
        raise Invalid(f"{ref}: nothing of it arrived with this return.", code="nothing_arrived", field=ref.path)
    if len(meant) > 1 and (entry.restocked is not None or entry.lots):
        raise Invalid(f"{ref} stands on several lines: name the line.", code="ambiguous_line", field=ref.path)
    if any(line.is_inspected for line in meant):
        raise Refused(
            f"{ref} was inspected already. Correct its stock with an adjustment.",
            code="already_inspected",
            field=ref.path,
        )
    return meant


def _decide(line: ReturnLine, entry: Inspected) -> ReturnLine:
    """Write the verdict on the line; raises :class:`Invalid` when it contradicts itself."""
    restocked = entry.restocked
    if restocked is None:
        restocked = line.quantity_received if entry.disposition == Disposition.RESTOCK else 0
    if restocked > line.quantity_received:
        sentence = f"{entry.ref}: {restocked} to restock, but only {line.quantity_received} arrived."
        raise Invalid(sentence, code="restock_exceeds_received", field=f"{entry.ref.path}.restocked")
    if restocked and entry.disposition == Disposition.BACK_TO_CUSTOMER:
        sentence = f"{entry.ref}: what goes back to the customer cannot be restocked."
        raise Invalid(sentence, code="contradiction", field=f"{entry.ref.path}.disposition")
    line.acceptance, line.disposition = entry.acceptance, entry.disposition
    line.quantity_restocked, line.inspection_note = restocked, entry.note
    return line


def _restock(one: Return, decided: Sequence[tuple[ReturnLine, Inspected]], actor: Actor) -> None:
    """Bring the sellable pieces back to stock at the return's location, each line once."""
    pieces = [pair for pair in decided if pair[0].quantity_restocked and pair[0].order_line.product_id]
    if not pieces or one.location is None or one.location_id is None:
        return
    levels = open_levels([(line.order_line.product_id or 0, one.location_id) for line, _ in pieces])
    changes = [
        change
        for line, entry in pieces
        for change in changes_of(
            one, line, levels[line.order_line.product_id or 0, one.location_id], one.location, entry.lots
        )
    ]
    move_stock(changes=changes, actor=actor)
