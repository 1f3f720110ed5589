"""DHL Express behind the protocol of all carriers."""

from collections.abc import Sequence
from datetime import date, datetime

from fulfillment.carriers.account import CUSTOMS, PHONE, REGION, Account, Field
from fulfillment.carriers.dhl_express import answers, asking
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
from fulfillment.carriers.line import Line, Send, SignedLine, basic
from fulfillment.documents.papers import Address

NAME = answers.NAME
HOST, TEST_HOST = "https://express.api.dhl.com/mydhlapi", "https://express.api.dhl.com/mydhlapi/test"
FIELDS = (
    Field("username", "API user name", "From your MyDHL API access at developer.dhl.com."),
    Field("password", "API password", is_secret=True),
    Field("account_number", "account number", "Nine digits; shipping is billed to it."),
    PHONE,
    REGION,
    *CUSTOMS,
)


class DhlExpressGateway(KeepsNoList):
    """One account at DHL Express."""

    def __init__(self, account: Account, *, send: Send | None = None) -> None:
        self.code, self._account = account.code, account
        host = TEST_HOST if account.is_test else HOST
        key = basic(account["username"], account["password"])
        self._line = SignedLine(Line(NAME, host, send=send), key)

    def rates(self, parcel: Parcel, *, now: datetime) -> Sequence[Rate]:
        """Return the account's rates."""
        data = answers.told(self._line.ask(asking.rates(parcel, self._account, now=now)))
        return answers.rates_in(data, self.code, today=now.date())

    def buy_label(self, parcel: Parcel, service: str, *, now: datetime) -> BoughtLabel:
        """Buy a label; asked twice, DHL sells two."""
        data = answers.told(self._line.ask(asking.ship(parcel, service, self._account, now=now)))
        return answers.label_in(data, reference=parcel.reference, service=service)

    def void_label(self, carrier_reference: str, *, now: datetime) -> None:
        """Refuse: DHL Express has no such call, and bills only what it has carried."""
        raise CarrierRefused(
            "DHL Express takes no label back and bills only parcels that it carries; destroy the label."
        )

    def find_by_reference(self, reference: str, *, now: datetime) -> BoughtLabel | None:
        """Say what DHL knows of our reference.

        :raises CarrierCannotTell: always: a parcel may show only when it was scanned, and its label is sent once.
        """
        answer = self._line.ask(asking.search(reference, self._account, now=now))
        try:
            found = answers.numbers_in(answers.told(answer))
        except (CarrierRefused, KeyError):
            found = []
        known = f"DHL Express has sold label {found[0]} for it" if found else "it may have sold a label"
        raise CarrierCannotTell(
            f"DHL Express's answer about the parcel {reference} was lost; {known}. Its label is sent once only and"
            " costs nothing unless it is used: give the label up here and buy a new one."
        )

    def track(self, tracking_number: str) -> Sequence[CarrierEvent]:
        """Return every checkpoint."""
        return answers.events_in(answers.told(self._line.ask(asking.track(tracking_number))))

    def parse_events(self, body: bytes) -> Sequence[CarrierEvent]:
        """Refuse messages: DHL Express is asked."""
        raise ValueError("DHL Express sends no messages to this door; it is asked for tracking")

    def pickup(self, ship_from: Address, day: date, *, parcels: int, weight_g: int = 1000) -> Pickup:
        """Order a driver."""
        request = asking.pickup(ship_from, day, self._account, parcels=parcels, weight_g=weight_g)
        return answers.pickup_in(answers.told(self._line.ask(request)), day)
