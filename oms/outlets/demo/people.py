"""Who orders at the demo shop: made-up people at plausible addresses, two of them faulty on purpose."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with one address."""

    name: str
    email: str
    phone: str
    line1: str
    postal_code: str
    city: str
    country: str


PEOPLE = [
    Person("Anna Brandt", "anna.brandt@example.com", "+4940555010", "Lindenallee 4", "20259", "Hamburg", "DE"),
    Person("Jonas Weber", "jonas.weber@example.com", "+4989555020", "Rosenweg 17", "80331", "München", "DE"),
    Person("Freja Holm", "freja.holm@example.com", "+4533555030", "Nørregade 8", "1165", "København", "DK"),
    Person("Mehmet Kaya", "mehmet.kaya@example.com", "+4930555040", "Kantstraße 101", "10627", "Berlin", "DE"),
    Person(
        "Sofie Jansen", "sofie.jansen@example.com", "+31205550050", "Prinsengracht 211", "1015 DT", "Amsterdam", "NL"
    ),
    Person("Lukas Huber", "lukas.huber@example.com", "+4315550060", "Wiedner Hauptstraße 9", "1040", "Wien", "AT"),
    Person("Claire Dubois", "claire.dubois@example.com", "+33155500070", "12 rue des Lilas", "75011", "Paris", "FR"),
    Person("Élise Moreau", "elise.moreau@example.com", "+33455500080", "3 place Bellecour", "69002", "Lyon", "FR"),
    Person("Νίκη Παππά", "niki.pappa@example.com", "+302105550090", "Ερμού 15", "105 63", "Αθήνα", "GR"),
    Person("Peter Novák", "peter.novak@example.com", "+420225550100", "Karlova 3", "110 00", "Praha", "CZ"),
    Person("Greta Lang", "greta.lang@example.com", "+4922155501", "Ringstraße 40", "5066", "Köln", "DE"),
    Person("Tom Berger", "tom.berger@example.com", "+4971155502", "Hauptstraße 2", "70173", "", "DE"),
]
