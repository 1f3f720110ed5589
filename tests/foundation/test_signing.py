"""Signatures of webhooks."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from oms.foundation.signing import BadSignature, Signed, new_secret, signature, signed_headers, verify

# The example of the Standard Webhooks specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SENT = 1614265330
NOW = datetime.fromtimestamp(SENT, UTC)
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(SENT),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_the_example_of_the_specification_is_genuine():
    assert verify("api", Signed(HEADERS, BODY, [SECRET], NOW)) == HEADERS["webhook-id"]


def test_what_we_sign_carries_the_signature_of_the_specification():
    assert signed_headers(SECRET, HEADERS["webhook-id"], SENT, BODY) == HEADERS


def test_a_plain_secret_is_its_own_key():
    headers = signed_headers("bc_client_secret_0123456789abcdef", "msg_bc1", SENT, BODY)

    assert verify("generic", Signed(headers, BODY, ["bc_client_secret_0123456789abcdef"], NOW)) == "msg_bc1"


def test_either_of_two_secrets_is_accepted_while_they_rotate():
    old = new_secret()
    headers = signed_headers(old, "msg_1", SENT, BODY)

    assert verify("api", Signed(headers, BODY, [SECRET, old], NOW)) == "msg_1"


def test_one_good_signature_among_several_is_enough():
    headers = HEADERS | {"webhook-signature": f"v1,AAAA {HEADERS['webhook-signature']}"}

    assert verify("api", Signed(headers, BODY, [SECRET], NOW)) == HEADERS["webhook-id"]


@pytest.mark.parametrize("seconds", [-300, 300])
def test_F70_a_clock_five_minutes_off_is_tolerated(seconds):
    assert verify("api", Signed(HEADERS, BODY, [SECRET], NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_an_old_or_early_message_is_refused(seconds):
    with pytest.raises(BadSignature):
        verify("api", Signed(HEADERS, BODY, [SECRET], NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nothing_is_genuine(secrets):
    headers = signed_headers("", "msg_1", SENT, BODY)

    with pytest.raises(BadSignature):
        verify("api", Signed(headers, BODY, secrets, NOW))


def test_an_adapter_that_nobody_can_check_is_refused():
    with pytest.raises(BadSignature):
        verify("fax", Signed(HEADERS, BODY, [SECRET], NOW))


def test_a_broken_secret_refuses_and_does_not_fail():
    with pytest.raises(BadSignature):
        verify("api", Signed(HEADERS, BODY, ["whsec_%%%"], NOW))


def test_a_new_secret_has_192_bits():
    secret = new_secret()

    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 24
    assert signature(secret, "a", 1, b"") != signature(new_secret(), "a", 1, b"")
