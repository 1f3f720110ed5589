"""The acts on the catalogue of boxes."""

from typing import Any

from fulfillment.conditions import IN_USE, OUT_OF_USE
from fulfillment.models import Box
from fulfillment.services.boxes import stop_using_box, use_box_again
from inventory.forms import NoteForm
from oms.foundation.actions import Action, register

SHARED: dict[str, Any] = {
    "model": Box,
    "permission": "fulfillment.change_box",
    "subject": "box_id",
    "form": NoteForm,
}

register(
    Action(
        **SHARED,
        name="stop_using_box",
        label="Take out of use",
        service=stop_using_box,
        conditions=(IN_USE,),
        inverse="use_box_again",
        help="It is advised no more; parcels that were packed in it keep it.",
        danger=True,
        icon="block",
        shown=lambda box: box.is_active,
    ),
    Action(
        **SHARED,
        name="use_box_again",
        label="Use again",
        service=use_box_again,
        conditions=(OUT_OF_USE,),
        inverse="stop_using_box",
        icon="check",
        shown=lambda box: not box.is_active,
    ),
)
