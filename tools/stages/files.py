"""Imports at every step: read, previewed, applied whole and in part, failed, taken back whole and in part, dropped."""

from datetime import UTC, datetime
from typing import Any

from inventory.models import Product
from oms.foundation.imports.sessions import apply_import, drop_import, send_file, take_back
from oms.foundation.models import ImportSession
from tools.stages.desk import Desk

NEVER = datetime(2199, 1, 1, tzinfo=UTC)
PRICES = """sku,title,unit_price,currency
TENT-2P,Two-person tent,299.00,EUR
STOVE-GAS,Pocket gas stove,49.00,EUR
LAMP-HEAD,"Head lamp, 400 lumen",44.90,EUR
"""
ARTICLES = """sku,title,unit_price,currency,parent,attributes,weight_g
HAT-MOSS,Moss wool hat,29.90,EUR,,,80
HAT-MOSS-M,"Moss wool hat, M",29.90,EUR,HAT-MOSS,size=M; colour=moss,80
HAT-MOSS-L,"Moss wool hat, L",29.90,EUR,HAT-MOSS,size=L; colour=moss,85
HAT-SAND-M,"Sand wool hat, M",29.90,EUR,HAT-SAND,size=M; colour=sand,80
GLOVE-WOOL,Wool gloves,"24,90",EUR,,,60
"""
COUNT = """sku,location,on_hand,bin
TENT-PEG-10,HAM,72,A-04-2
BOTTLE-1L,HAM,64,A-05-1
MAP-HARZ,HAM,44,
CANDLE-OAK,HAM,12,A-07-3
"""
ORDERS = """external_id,currency,total,customer.name,customer.email,shipping_address.line1,shipping_address.city,\
shipping_address.postal_code,shipping_address.country,sku,quantity,unit_price,payment.amount,payment.status
M-501,EUR,29.80,Ida Holm,ida@example.com,Kirkegata 4,Oslo,0153,NO,MUG-ENAMEL,2,14.90,29.80,paid
M-502,EUR,25.00,Jon Berg,jon@example.com,Marktplatz 1,Bremen,28195,DE,SOCK-WOOL-43,1,19.90,25.00,paid
M-503,EUR,,Eva Lund,eva@example.com,Storgade 8,Aarhus,8000,DK,MAP-ALPS,1,9.90,9.90,paid
"""
LONG = "sku,title,unit_price,currency\n" + "".join(
    f"POSTER-{number:04},Poster of a lighthouse in the evening number {number},14.00,EUR\n" for number in range(1, 260)
)


def play(desk: Desk) -> None:
    """Play the scenes of imports."""
    reading(desk)
    looking(desk)
    applying(desk)
    taking_back(desk)


def reading(desk: Desk) -> None:
    """Files that are being read, cannot be read, or are not wanted."""
    waiting = _sent(desk, "products", "poster-prices.csv", LONG)
    ImportSession.objects.filter(pk=waiting.pk).update(next_try_at=NEVER, position=1200)
    desk.show("import-reading", waiting)
    desk.show("import-failed", _read(desk, "products", "catalogue.pdf", "%PDF-1.7 not a table"))
    dropped = _read(desk, "products", "wrong-prices.csv", PRICES)
    drop_import(session_id=dropped.pk, actor=desk.actor())
    desk.show("import-dropped", dropped)


def looking(desk: Desk) -> None:
    """Previews: a count, orders of a market with something to look at, many rows."""
    desk.show("import-previewed-stock", _read(desk, "stock", "count-hamburg.csv", COUNT))
    desk.show("import-previewed-orders", _read(desk, "orders", "market-orders.csv", ORDERS, channel="wholesale"))
    desk.show("import-previewed-long", _read(desk, "products", "pictures.csv", LONG.replace("POSTER", "PICTURE")))


def applying(desk: Desk) -> None:
    """Applied in part, and on the way."""
    desk.show("import-partly-applied", _applied(desk, "products", "new-articles.csv", ARTICLES))
    running = _read(desk, "products", "more-posters.csv", LONG.replace("POSTER", "PRINT"))
    apply_import(session_id=running.pk, principal=desk.boss, actor=desk.actor())
    ImportSession.objects.filter(pk=running.pk).update(next_try_at=NEVER)
    running.rows.filter(row__lt=90).update(outcome="done")
    desk.show("import-applying", running)


def taking_back(desk: Desk) -> None:
    """The question before, taken back, and in part because somebody changed a price since."""
    prices = _applied(desk, "products", "spring-prices.csv", PRICES)
    desk.show("import-applied", prices)
    desk.show("import-undo", prices, "undo/")
    gone = _applied(desk, "products", "winter-prices.csv", PRICES.replace("299.00", "279.00").replace("49.00", "39.00"))
    Product.objects.filter(sku="TENT-2P").update(unit_price=28500)
    desk.show("import-undo-in-part", gone, "undo/")
    kept = _applied(desk, "stock", "recount-hamburg.csv", COUNT.replace("72", "71").replace("44", "45"))
    take_back(session_id=kept.pk, principal=desk.boss, actor=desk.actor())
    other = _applied(desk, "products", "hats.csv", ARTICLES.replace("29.90", "31.90").replace("HAT-MOSS", "HAT-FIR"))
    Product.objects.filter(sku="HAT-FIR-M").update(is_active=False)
    price = _applied(desk, "products", "tent.csv", PRICES.replace("299.00", "310.00").replace("49.00", "45.00"))
    Product.objects.filter(sku="TENT-2P").update(unit_price=31500)
    for session in (other, price):
        take_back(session_id=session.pk, principal=desk.boss, actor=desk.actor())
    desk.settle()
    desk.show("import-taken-back", kept)
    desk.show("import-partly-taken-back", price)


def _sent(desk: Desk, kind: str, name: str, text: str, **options: Any) -> ImportSession:
    """Send one file."""
    return send_file(kind=kind, name=name, body=text.encode(), options=options, principal=desk.boss, actor=desk.actor())


def _read(desk: Desk, kind: str, name: str, text: str, **options: Any) -> ImportSession:
    """Send one file and have it read."""
    session = _sent(desk, kind, name, text, **options)
    desk.settle()
    return session


def _applied(desk: Desk, kind: str, name: str, text: str) -> ImportSession:
    """Send one file and have it applied."""
    session = _read(desk, kind, name, text)
    apply_import(session_id=session.pk, principal=desk.boss, actor=desk.actor())
    desk.settle()
    return session
