"""A carrier that works by file behind the protocol of all carriers: nobody outside is asked."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from fulfillment.carriers.account import Account, Field
from fulfillment.carriers.by_file.contract import CODES_HOW, HOW, Numbers, read_codes, read_numbers
from fulfillment.carriers.by_file.rates import rates_on_card
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierEvent,
    CarrierRefused,
    KeepsNoList,
    Parcel,
    Pickup,
    Rate,
)
from fulfillment.documents.label import render_label
from fulfillment.documents.papers import Address, LabelPaper
from fulfillment.documents.zpl import render_label_zpl
from fulfillment.models import FileParcel

TRIES = 50
FIELDS = (
    Field("name", "name of the carrier", "Printed on its labels."),
    Field("numbers", "tracking numbers", f"{HOW}. Each is used once; ask the carrier for a range.", check=read_numbers),
    Field(
        "codes",
        "what its codes mean",
        f"{CODES_HOW}. For its tracking files; our own words need no line.",
        is_required=False,
        check=read_codes,
    ),
)


class FileCarrier(KeepsNoList):
    """One contract with a carrier that works by file.

    A label is drawn here under a number of the account's range. Asked again with a reference it gives the same number,
    so that no answer can be lost: nothing has to be looked up.
    """

    def __init__(self, account: Account) -> None:
        self.code, self._account = account.code, account

    def rates(self, parcel: Parcel, *, now: datetime) -> Sequence[Rate]:
        """Return what the rate card says of this carrier's services."""
        return rates_on_card(parcel, self.code, self._account["name"] or self.code)

    def buy_label(self, parcel: Parcel, service: str, *, now: datetime) -> BoughtLabel:
        """Draw a label under the next number, or under the one that the reference has."""
        rate = next((one for one in self.rates(parcel, now=now) if one.service == service), None)
        if rate is None:
            why = f"The rate card has no “{service}” of {self.code} for this address and weight."
            raise CarrierRefused(why, about="carrier")
        row = FileParcel.objects.filter(carrier=self.code, reference=parcel.reference).first()
        row = row or self._take_number(parcel.reference, now)
        if row.voided_at is not None:
            raise CarrierRefused("The label was taken back; ask for a new one.")
        return self._label(parcel, rate, row.tracking_number)

    def void_label(self, carrier_reference: str, *, now: datetime) -> None:
        """Use a number no more; it is not given to another parcel."""
        known = FileParcel.objects.filter(carrier=self.code, tracking_number=carrier_reference)
        if not known.exists():
            raise CarrierRefused("No label has this number.")
        known.filter(voided_at=None).update(voided_at=now)

    def find_by_reference(self, reference: str, *, now: datetime) -> BoughtLabel | None:
        """Return that there is nothing to look up: asked again, the same number is drawn."""
        return None

    def track(self, tracking_number: str) -> Sequence[CarrierEvent]:
        """Return nothing new: its news come as a file."""
        if not FileParcel.objects.filter(carrier=self.code, tracking_number=tracking_number).exists():
            raise CarrierRefused("No label has this number.")
        return []

    def parse_events(self, body: bytes) -> Sequence[CarrierEvent]:
        """Refuse messages: its news come as a file."""
        raise ValueError("this carrier sends no messages; import its tracking file")

    def pickup(self, ship_from: Address, day: date, *, parcels: int, weight_g: int = 1000) -> Pickup:
        """Refuse: there is nobody to ask."""
        raise CarrierRefused("This carrier takes a driver's visit by telephone or in its own pages only.")

    def _numbers(self) -> Numbers:
        """Return the range; raises :class:`CarrierRefused` when it cannot be read."""
        try:
            return read_numbers(self._account["numbers"])
        except ValueError as fault:
            raise CarrierRefused(f"{fault} An administrator enters it on the account {self.code}.") from fault

    def _take_number(self, reference: str, now: datetime) -> FileParcel:
        """Use the next number of the range for a reference; of two who want it at once the second takes the one after.

        :raises CarrierRefused: when the range has run out.
        """
        numbers = self._numbers()
        used = FileParcel.objects.filter(
            carrier=self.code, prefix=numbers.prefix, serial__range=(numbers.first, numbers.last)
        )
        for _ in range(TRIES):
            last: int | None = used.aggregate(last=Max("serial"))["last"]
            serial = numbers.first if last is None else last + 1
            if serial > numbers.last:
                raise CarrierRefused(
                    f"The tracking numbers of {self.code} have run out at {numbers.written(numbers.last)}; an"
                    " administrator enters the next range on the account."
                )
            try:
                with transaction.atomic():
                    return FileParcel.objects.create(
                        carrier=self.code,
                        reference=reference,
                        prefix=numbers.prefix,
                        serial=serial,
                        tracking_number=numbers.written(serial),
                        drawn_at=now,
                    )
            except IntegrityError:
                mine = FileParcel.objects.filter(carrier=self.code, reference=reference).first()
                if mine is not None:
                    return mine
        raise CarrierRefused("Too many labels are drawn at once; try again.")

    def _label(self, parcel: Parcel, rate: Rate, number: str) -> BoughtLabel:
        """Draw a label."""
        paper = LabelPaper(
            ship_from=parcel.ship_from,
            ship_to=parcel.ship_to,
            carrier=self._account["name"] or self.code,
            service=rate.service.replace("_", " ").title(),
            tracking_number=number,
            weight_g=parcel.weight_g,
            reference=parcel.order_number,
            package_of=parcel.position,
        )
        return BoughtLabel(
            carrier_reference=number,
            reference=parcel.reference,
            tracking_number=number,
            service=rate.service,
            amount=rate.amount,
            currency=rate.currency,
            weight_g=parcel.weight_g,
            postal_code=parcel.ship_to.postal_code,
            country=parcel.ship_to.country,
            document=render_label(paper),
            zpl=render_label_zpl(paper),
        )
