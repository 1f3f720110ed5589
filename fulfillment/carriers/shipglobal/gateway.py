"""ShipGlobal behind the protocol of all carriers."""

from collections.abc import Sequence
from datetime import date, datetime

from fulfillment.carriers.account import CUSTOMS, PHONE, Account, Field
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierCannotTell,
    CarrierEvent,
    CarrierRefused,
    CarrierUnreachable,
    KeepsNoList,
    Parcel,
    Pickup,
    Rate,
)
from fulfillment.carriers.line import Line, Send, SignedLine, basic
from fulfillment.carriers.measures import paper
from fulfillment.carriers.shipglobal import answers, asking
from fulfillment.documents.papers import Address

NAME = answers.NAME
HOST = "https://app.shipglobal.in/apiv1"
FIELDS = (
    Field("username", "user name", "The e-mail address of your ShipGlobal login."),
    Field("password", "password", is_secret=True),
    Field("email", "e-mail for customs", "Given for customers who have none."),
    Field("csb5", "commercial export (CSB-V)", "“yes” when you export commercially with an IEC.", is_required=False),
    Field("ioss_number", "IOSS number", "For parcels to the European Union, where you have one.", is_required=False),
    PHONE,
    *CUSTOMS,
)


class ShipGlobalGateway(KeepsNoList):
    """One account at ShipGlobal; there is no test server."""

    def __init__(self, account: Account, *, send: Send | None = None) -> None:
        self.code, self._account = account.code, account
        key = basic(account["username"], account["password"])
        self._line = SignedLine(Line(NAME, HOST, send=send), key)

    def rates(self, parcel: Parcel, *, now: datetime) -> Sequence[Rate]:
        """Return the prices of every service."""
        _check_way(parcel)
        return answers.rates_in(answers.told(self._line.ask(asking.rates(parcel))), self.code)

    def buy_label(self, parcel: Parcel, service: str, *, now: datetime) -> BoughtLabel:
        """Enter an order, then fetch its label, which takes the price from the wallet; a refusal cancels the order.

        :raises CarrierCannotTell: when the second answer is lost, for the wallet may have paid, or the order of a
            refused label stays open: a person has to look.
        """
        _check_way(parcel)
        data = answers.told(self._line.ask(asking.add(parcel, service, self._account, now=now)))
        number = answers.number_in(data)
        if not number:
            raise CarrierCannotTell(_look(parcel.reference, "ShipGlobal took the order and named no tracking number"))
        try:
            label = answers.told(self._line.ask(asking.get_label(number)))
        except CarrierUnreachable as silence:
            raise CarrierCannotTell(
                _look(parcel.reference, f"No label came for ShipGlobal's order {number}")
            ) from silence
        except CarrierRefused as refusal:
            self._cancel_refused(number, parcel.reference, refusal)
            raise
        document = paper(label.get("label"))
        return BoughtLabel(number, parcel.reference, number, service, None, "", None, None, None, document)

    def _cancel_refused(self, number: str, reference: str, refusal: CarrierRefused) -> None:
        """Cancel the order whose label was refused; raises :class:`CarrierCannotTell` when it may still be open."""
        try:
            answers.told(self._line.ask(asking.cancel(number)))
        except (CarrierRefused, CarrierUnreachable) as fault:
            sentence = f"{str(refusal).rstrip('.')}, and its order {number} is still open"
            raise CarrierCannotTell(_look(reference, sentence)) from fault

    def void_label(self, carrier_reference: str, *, now: datetime) -> None:
        """Cancel the order; the wallet gets the price back. Cancelled twice counts as once there too."""
        answers.told(self._line.ask(asking.cancel(carrier_reference)))

    def find_by_reference(self, reference: str, *, now: datetime) -> BoughtLabel | None:
        """Say that nothing can be found: ShipGlobal finds orders by their own numbers only.

        :raises CarrierCannotTell: always.
        """
        raise CarrierCannotTell(_look(reference, "ShipGlobal's answer was lost"))

    def track(self, tracking_number: str) -> Sequence[CarrierEvent]:
        """Return what happened."""
        data = answers.told(self._line.ask(asking.track(tracking_number)))
        return answers.events_in(data, tracking_number)

    def parse_events(self, body: bytes) -> Sequence[CarrierEvent]:
        """Refuse messages: ShipGlobal is asked."""
        raise ValueError("ShipGlobal sends no messages to this door; it is asked for tracking")

    def pickup(self, ship_from: Address, day: date, *, parcels: int, weight_g: int = 1000) -> Pickup:
        """Refuse: drivers are ordered in ShipGlobal's own pages."""
        raise CarrierRefused("ShipGlobal takes orders for a driver in its own pages only; order one there.")


def _check_way(parcel: Parcel) -> None:
    """Raise :class:`CarrierRefused` unless a parcel goes out of India."""
    if parcel.is_return or parcel.ship_from.country != asking.HOME or parcel.ship_to.country == asking.HOME:
        raise CarrierRefused("ShipGlobal carries parcels from India to other countries only.")


def _look(reference: str, what: str) -> str:
    """Return what a person does when nobody knows whether the wallet has paid."""
    return (
        f"{what}. Look for the order {reference} in ShipGlobal's pages and cancel it there, which gives the price back;"
        " then give the label up here and buy a new one."
    )
