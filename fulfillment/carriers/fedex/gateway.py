"""FedEx behind the protocol of all carriers."""

from collections.abc import Sequence
from datetime import date, datetime

from fulfillment.carriers.account import CUSTOMS, PHONE, REGION, Account, Field
from fulfillment.carriers.fedex import answers, asking
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierCannotTell,
    CarrierEvent,
    CarrierRefused,
    KeepsNoList,
    Parcel,
    Pickup,
    Rate,
)
from fulfillment.carriers.line import Line, Send, TokenLine, read_json
from fulfillment.carriers.pushing import VISIBILITY
from fulfillment.documents.papers import Address

NAME = answers.NAME
HOST, TEST_HOST = "https://apis.fedex.com", "https://apis-sandbox.fedex.com"
FIELDS = (
    Field("client_id", "API key", "From your project at developer.fedex.com, with Ship, Rate, Track and Pickup."),
    Field("client_secret", "secret key", is_secret=True),
    Field("account_number", "account number", "Nine digits; shipping is billed to it."),
    VISIBILITY,
    PHONE,
    REGION,
    *CUSTOMS,
)


class FedexGateway(KeepsNoList):
    """One account at FedEx."""

    def __init__(self, account: Account, *, send: Send | None = None) -> None:
        self.code, self._account = account.code, account
        host = TEST_HOST if account.is_test else HOST
        self._line = TokenLine(Line(NAME, host, send=send), asking.login(account))

    def rates(self, parcel: Parcel, *, now: datetime) -> Sequence[Rate]:
        """Return the account's rates."""
        data = answers.told(self._line.ask(asking.rates(parcel, self._account, now=now)))
        return answers.rates_in(data, self.code, today=now.date(), preferred=asking.preferred(parcel))

    def buy_label(self, parcel: Parcel, service: str, *, now: datetime) -> BoughtLabel:
        """Buy a label; asked twice, FedEx sells two."""
        data = answers.told(self._line.ask(asking.ship(parcel, service, self._account, now=now)))
        return answers.label_in(data, reference=parcel.reference, service=service, preferred=asking.preferred(parcel))

    def void_label(self, carrier_reference: str, *, now: datetime) -> None:
        """Take a label back that was not used; FedEx takes it until the parcel was scanned."""
        answer = self._line.ask(asking.void(carrier_reference, self._account))
        if not answer.is_good and answers.was_done_before(answer):
            return
        output = answers.told(answer).get("output") or {}
        if not output.get("cancelledShipment"):
            raise CarrierRefused(f"FedEx keeps the label: {output.get('message') or 'the parcel is on its way'}.")

    def find_by_reference(self, reference: str, *, now: datetime) -> BoughtLabel | None:
        """Say what FedEx knows of our reference.

        :raises CarrierCannotTell: always: a parcel that is not found may be one that FedEx shows later, and the paper
            of one that is found is handed out once only.
        """
        answer = self._line.ask(asking.search(reference, self._account, now=now))
        try:
            found = answers.numbers_in(answers.told(answer))
        except (CarrierRefused, KeyError):
            found = []
        if found:
            raise CarrierCannotTell(
                f"FedEx has sold label {found[0]} for this parcel, but its answer with the paper was lost. Cancel it in"
                " FedEx Ship Manager, then give the label up here and buy a new one."
            )
        raise CarrierCannotTell(
            f"FedEx's answer was lost, and FedEx shows no parcel with the reference {reference} yet. Look for it in"
            " FedEx Ship Manager and cancel it there, then give the label up here and buy a new one."
        )

    def track(self, tracking_number: str) -> Sequence[CarrierEvent]:
        """Return every scan."""
        return answers.events_in(answers.told(self._line.ask(asking.track(tracking_number))), tracking_number)

    def parse_events(self, body: bytes) -> Sequence[CarrierEvent]:
        """Read a message of Advanced Integrated Visibility: parcels with all their scans, as when FedEx is asked."""
        return answers.messages_in(read_json(body))

    def pickup(self, ship_from: Address, day: date, *, parcels: int, weight_g: int = 1000) -> Pickup:
        """Order a driver of FedEx Express."""
        request = asking.pickup(ship_from, day, self._account, parcels=parcels, weight_g=weight_g)
        return answers.pickup_in(answers.told(self._line.ask(request)), day)
