"""The acts on the rate card."""

from fulfillment.conditions import IN_USE, OUT_OF_USE
from fulfillment.models import ShippingRate
from fulfillment.services.rates import stop_using_rate, use_rate_again
from inventory.forms import NoteForm
from oms.foundation.actions import Action, register

register(
    Action(
        model=ShippingRate,
        name="stop_using_rate",
        label="Take out of use",
        permission="fulfillment.change_shippingrate",
        service=stop_using_rate,
        subject="rate_id",
        conditions=(IN_USE,),
        form=NoteForm,
        inverse="use_rate_again",
        help="Sourcing asks it no more; decisions that it made keep it.",
        danger=True,
        icon="block",
        shown=lambda rate: rate.is_active,
    ),
    Action(
        model=ShippingRate,
        name="use_rate_again",
        label="Use again",
        permission="fulfillment.change_shippingrate",
        service=use_rate_again,
        subject="rate_id",
        conditions=(OUT_OF_USE,),
        form=NoteForm,
        inverse="stop_using_rate",
        icon="check",
        shown=lambda rate: not rate.is_active,
    ),
)
