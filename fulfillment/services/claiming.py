"""Claiming from a carrier what it lost or broke: begun from the parcel, handed in, answered, paid, or over."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum

from fulfillment.conditions import WAS_SHIPPED, in_state
from fulfillment.locks import lock_package
from fulfillment.locks_parcels import lock_claim, lock_claims_of
from fulfillment.models import CarrierAccount, CarrierClaim, Package, PackageItem
from fulfillment.services.watching import weigh
from fulfillment.states_parcels import LIVE_CLAIMS, ClaimReason, ClaimState
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.money import parse_minor
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid, Reason
from orders.services.notes import MOST_TAGS, set_tags

S = ClaimState
TAG = "lost parcel"


def _no_live_claim(row: Package) -> str | None:
    """Say that the parcel is claimed already."""
    live = CarrierClaim.objects.filter(package=row, state__in=LIVE_CLAIMS).first()
    return f"It is claimed already as {live.number}." if live else None


CAN_CLAIM = (WAS_SHIPPED, Condition("claimed", _no_live_claim))
CAN_SUBMIT = (in_state([S.DRAFT], "handed in"),)
CAN_ANSWER = (in_state([S.SUBMITTED], "answered"),)
CAN_APPEAL = (in_state([S.DECLINED], "claimed again"), Condition("claimed", lambda row: _no_live_claim(row.package)))
CAN_PAY = (in_state([S.SUBMITTED, S.ACCEPTED], "paid"),)
CAN_END = (in_state(LIVE_CLAIMS, "ended"),)


@transaction.atomic
def open_claim(
    *, package_id: int, reason: str = ClaimReason.LOST, amount: str = "", note: str = "", actor: Actor
) -> CarrierClaim:
    """Begin a claim for a parcel: its goods at the price sold unless an amount is given, due as its carrier wants.

    :raises Invalid: for an amount that is none, or where the goods are worth nothing.
    """
    package = lock_package(package_id)
    refuse_unless(package, *CAN_CLAIM)
    currency = package.shipment.order.currency
    claim = CarrierClaim(
        number=random_code(8, prefix="L"),
        package=package,
        reason=reason,
        amount=_positive(amount, currency) if amount else _worth_of(package),
        currency=currency,
        due_on=_due_on(package),
        note=note,
        created_at=actor.now,
    )
    claim.save()
    record(actor, "fulfillment.open_claim", claim, note=f"{claim.told} {note}".strip())
    if reason == ClaimReason.LOST:
        _mark(package, [TAG], actor)
    weigh([package], actor)
    return claim


def _worth_of(package: Package) -> int:
    """Return what the pieces in a parcel were sold for."""
    items = PackageItem.objects.filter(package=package)
    worth = items.aggregate(sum=Sum(F("quantity") * F("allocation__order_line__unit_price")))["sum"] or 0
    if worth <= 0:
        raise Invalid(
            "The goods were sold for nothing; write down what they are worth.", code="no_worth", field="amount"
        )
    return int(worth)


def _positive(amount: str, currency: str) -> int:
    """Return an amount above nothing in minor units."""
    minor = parse_minor(amount.strip(), currency)
    if minor <= 0:
        raise Invalid(reasons=[Reason("bad_amount", "Write an amount above 0, like 24.90.", "amount")])
    return minor


def _due_on(package: Package) -> date:
    """Return the day until which a carrier takes a claim, counted from the day on which the parcel left."""
    adapter = CarrierAccount.objects.filter(code=package.carrier).values_list("adapter", flat=True).first()
    days = settings.CLAIM_DAYS_OF.get(adapter or package.carrier, settings.CLAIM_DAYS)
    left: Any = package.shipment.shipped_at
    day: date = left.astimezone(package.shipment.location.zone).date() + timedelta(days=int(days))
    return day


def _mark(package: Package, tags: Collection[str], actor: Actor, *, without: Collection[str] = ()) -> None:
    """Tag the order of a parcel, so that it is found by those who send again or pay back."""
    order = package.shipment.order
    wanted = {*map(str, order.tags), *tags} - set(without)
    if len(wanted) <= MOST_TAGS:
        set_tags(order_id=order.pk, tags=wanted, actor=actor)


def submit_claim(*, claim_id: int, reference: str = "", note: str = "", actor: Actor) -> CarrierClaim:
    """Note that the carrier has the claim, under its own number."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        refuse_unless(claim, *CAN_SUBMIT)
        claim.submit(reference=reference, at=actor.now)
        return _saved(claim, ["reference", "submitted_at"], "submit_claim", f"{reference} {note}", actor)


def accept_claim(*, claim_id: int, answer: str = "", actor: Actor) -> CarrierClaim:
    """Note that the carrier means to pay."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        refuse_unless(claim, *CAN_ANSWER)
        claim.accept(answer=answer)
        return _saved(claim, ["answer"], "accept_claim", answer, actor)


def decline_claim(*, claim_id: int, answer: str, actor: Actor) -> CarrierClaim:
    """Note that the carrier will not pay; the parcel stands under “At risk” again if it is still away."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        refuse_unless(claim, *CAN_ANSWER)
        claim.decline(answer=answer, at=actor.now)
        return _saved(claim, ["answer", "ended_at"], "decline_claim", answer, actor)


def appeal_claim(*, claim_id: int, note: str, actor: Actor) -> CarrierClaim:
    """Note that the carrier was asked again after it has declined."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        refuse_unless(claim, *CAN_APPEAL)
        claim.appeal(note=note)
        return _saved(claim, ["note", "ended_at"], "appeal_claim", note, actor)


def pay_claim(*, claim_id: int, amount: str = "", actor: Actor) -> CarrierClaim:
    """Note that the carrier has paid, the whole amount unless another is given."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        refuse_unless(claim, *CAN_PAY)
        paid = _positive(amount, claim.currency) if amount else claim.amount
        claim.pay(amount=paid, at=actor.now)
        return _saved(claim, ["paid", "ended_at"], "pay_claim", "", actor)


def withdraw_claim(*, claim_id: int, note: str, actor: Actor) -> CarrierClaim:
    """Claim a parcel no more."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        refuse_unless(claim, *CAN_END)
        claim.withdraw(at=actor.now)
        return _saved(claim, ["ended_at"], "withdraw_claim", note, actor)


def _saved(claim: CarrierClaim, fields: Sequence[str], act: str, note: str, actor: Actor) -> CarrierClaim:
    """Save what a locked claim has become, tell it, and look at its parcel again."""
    claim.save(update_fields=["state", *fields])
    record(actor, f"fulfillment.{act}", claim, note=f"{claim.told} {note}".strip())
    weigh([claim.package], actor)
    return claim


def close_found(packages: Collection[Package], actor: Actor) -> None:
    """Close the claims of locked parcels that were lost and have come all the same."""
    claims = lock_claims_of([one.pk for one in packages]) if packages else []
    parcels = {one.pk: one for one in packages}
    for claim in claims:
        claim.package = parcels[claim.package_id]
        claim.close(at=actor.now)
    save_many(claims, ["state", "ended_at"])
    record_many(
        actor, [Act("fulfillment.close_claim", one, f"{one.told} The parcel was found again.") for one in claims]
    )
    for claim in claims:
        _mark(claim.package, (), actor, without=[TAG])
