"""Sessions of packing by scans, as packing knows them: the open one of some work, and its end without a shipment."""

from fulfillment.locks import lock_pack_session
from fulfillment.models import FulfillmentOrder, PackSession
from fulfillment.services.tracing import take_out_of_session
from fulfillment.states import PackSessionState
from oms.foundation.actor import Actor
from oms.foundation.audit import record


def open_session_of(work: FulfillmentOrder) -> PackSession | None:
    """Lock and return the open session of locked work."""
    found = PackSession.objects.filter(fulfillment_order=work, state=PackSessionState.OPEN).values_list("pk", flat=True)
    pk = found.first()
    return lock_pack_session(pk, work) if pk is not None else None


def drop(session: PackSession, why: str, actor: Actor) -> None:
    """End a locked session of which nothing counts any more."""
    session.drop()
    take_out_of_session(session)
    session.save(update_fields=["state", "leased_until"])
    record(actor, "floor.pack_drop", session, note=f"{session.fulfillment_order.number}: {why}")
