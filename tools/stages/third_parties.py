"""Orders that a third party (3PL) holds: asked, asked to cancel, contradicted, and a file that nobody can read."""

from fulfillment.models import FulfillmentPartner, PartnerMessage, SupplierRequest
from fulfillment.services.third_party.receiving import receive_file
from fulfillment.services.third_party.settling import settle_message
from inventory.models import Location, Product, StockLevel
from inventory.services.stock import adjust_stock
from tools.stages.desk import Desk

ADVICE = (
    "ISA*00*          *00*          *ZZ*ROTTERDAM3PL   *ZZ*FJORDSHOP      *261122*1000*U*00401*000000007*0*P*>~\n"
    "GS*SW*ROTTERDAM3PL*FJORDSHOP*20261122*1000*7*X*004010~\nST*945*0001~\nW06*F*{number}**R-7719~\nW27*M*DHL~\n"
    "MAN*CP*JJD000390007~\nLX*1~\nW12*CC*9*9**EA**SK*LAMP-CAMP~\nSE*7*0001~\nGE*1*7~\nIEA*1*000000007~\n"
)


def play(desk: Desk) -> None:
    """Play the scenes of the third party."""
    partner = set_up(desk)
    asked = request_of(desk)
    desk.show("partner-request", asked)
    desk.show("partner-request-act-confirm", asked, "act/confirm/")
    desk.show("partner-request-act-ask", asked, "act/ask_to_cancel/")
    desk.show("partner-message-940", PartnerMessage.objects.filter(partner=partner)[0])
    waiting = request_of(desk)
    desk.do(waiting, "ask_to_cancel", reason="The customer has changed their mind.", then="cancel_order")
    desk.show("partner-request-cancelling", waiting)
    desk.show("order-at-third-party", waiting.fulfillment_order.order)
    for name, body in (
        ("contradicts", ADVICE.format(number=asked.number).encode()),
        ("unread", b"ISA*00*broken"),
    ):
        (row,) = receive_file(partner_id=partner.pk, body=body, actor=desk.actor()).new
        desk.show(f"partner-message-{name}", settle_message(message_id=row.pk, actor=desk.actor()))
    desk.show("partner", partner)
    desk.pages["partner-new"] = "/fulfillment/fulfillmentpartner/add/"
    desk.pages["partner-list"] = "/fulfillment/fulfillmentpartner/"
    desk.pages["partner-request-list"] = "/fulfillment/supplierrequest/"
    desk.pages["partner-message-list"] = "/fulfillment/partnermessage/"
    desk.pages["partner-message-file"] = "/fulfillment/partnermessage/add/"


def set_up(desk: Desk) -> FulfillmentPartner:
    """Make a third party that alone has a lamp, and speaks EDI."""
    lamp = Product.objects.create(sku="LAMP-CAMP", title="Camp lamp", unit_price=3900, weight_g=380, currency="EUR")
    place = Location.objects.create(
        code="RTM",
        name="Rotterdam 3PL",
        kind="3pl",
        city="Rotterdam",
        postal_code="3198 LK",
        country="NL",
        latitude=51.95,
        longitude=4.14,
        timezone="Europe/Amsterdam",
    )
    StockLevel.objects.create(product=lamp, location=place)
    adjust_stock(sku=lamp.sku, location=place.code, quantity=40, reason="receipt", actor=desk.actor())
    return FulfillmentPartner.objects.create(location=place, way="edi", our_id="FJORDSHOP", their_id="ROTTERDAM3PL")


def request_of(desk: Desk) -> SupplierRequest:
    """Return what the third party is asked for a new order."""
    order = desk.order([("LAMP-CAMP", 2, 3900)])
    return SupplierRequest.objects.get(fulfillment_order__order=order)
