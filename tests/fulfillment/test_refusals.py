"""What a carrier's refusal is about, read off its words."""

import pytest

from fulfillment.carriers.gateway import CarrierRefused
from fulfillment.carriers.refusals import about


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("FedEx says: Recipient Postal-City Mismatch. (SHIP.RECIPIENT.POSTALCITY.MISMATCH)", "parcel"),
        ("FedEx says: Phone number is invalid. (RECIPIENTCONTACT.PHONENUMBER.INVALID)", "parcel"),
        ("UPS wants a street and a town; complete the address.", "parcel"),
        ("Customs want the customs tariff number of TEA; an administrator enters it.", "parcel"),
        ("DHL says: Street name is required.", "parcel"),
        ("FedEx does not know this account number; an administrator corrects it.", "carrier"),
        ("FedEx says: We could not authorize your credentials. (FORBIDDEN.ERROR)", "carrier"),
        ("UPS says: The requested service is unavailable between the selected locations. (111210)", "carrier"),
        ("A parcel may weigh at most 31.5 kg; pack it into more parcels.", "carrier"),
        ("FedEx refuses without a reason; look at the address and the account.", "unclear"),
        ("UPS says: Hard error. (1)", "unclear"),
        ("FedEx says: Package weight exceeds the limit of this service. (PACKAGE.WEIGHT.EXCEEDS)", "carrier"),
        ("UPS says: Maximum length plus girth is exceeded.", "carrier"),
        ("UPS says: Package weight is missing or invalid. (120502)", "unclear"),
        ("DHL says: Dimensions are required.", "unclear"),
        ("FedEx says: Rate limit exceeded.", "unclear"),
        ("UPS says: Too many requests for this account; the quota is used up.", "unclear"),
    ],
)
def test_a_refusal_is_the_carriers_own_only_when_its_words_say_so(words, word) -> None:
    assert about(CarrierRefused(words)) == word
