"""Taking bins out of use and back; nothing is deleted."""

from django.db import transaction

from inventory.conditions import IS_IN_USE, IS_OUT_OF_USE
from inventory.locks import lock_bin
from inventory.models import Bin
from inventory.services.bin_room import contents_of
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Refused
from oms.foundation.wording import count


@transaction.atomic
def close_bin(*, bin_id: int, note: str = "", actor: Actor) -> Bin:
    """Put nothing more into a bin; raises :class:`Refused` while something lies in it, or when it is closed already."""
    row = lock_bin(bin_id)
    refuse_unless(row, IS_IN_USE)
    if pieces := contents_of([row.pk])[row.pk].pieces:
        sentence = f"{count(pieces, 'piece')} still in {row.code}: move or take them out first."
        raise Refused(sentence, code="bin_not_empty")
    row.is_active = False
    row.save(update_fields=["is_active"])
    record(actor, "inventory.close_bin", row, note=note)
    return row


@transaction.atomic
def reopen_bin(*, bin_id: int, note: str = "", actor: Actor) -> Bin:
    """Use a bin again; raises :class:`Refused` when it is in use."""
    row = lock_bin(bin_id)
    refuse_unless(row, IS_OUT_OF_USE)
    row.is_active = True
    row.save(update_fields=["is_active"])
    record(actor, "inventory.reopen_bin", row, note=note)
    return row
