"""Money that the channel or the bank moves: what is asked here is recorded as to be done there."""

from orders.payments.gateway import OK, PENDING, Answer, Ask, GatewayEvent, UnreadableEvent


class ExternalGateway:
    """Answers for money that is handled elsewhere: a promise waits for the bank, the rest counts as done there."""

    code = "external"

    def authorize(self, ask: Ask) -> Answer:
        """Wait until the money is recorded as arrived."""
        return Answer(outcome=PENDING, message="waiting for the money to arrive")

    def capture(self, ask: Ask) -> Answer:
        """Record that the channel has collected the money."""
        return self._done(ask)

    def void(self, ask: Ask) -> Answer:
        """Record that the channel gives the promise back."""
        return self._done(ask)

    def refund(self, ask: Ask) -> Answer:
        """Record that the channel pays the money back."""
        return self._done(ask)

    def find_by_key(self, ask: Ask) -> Answer | None:
        """Return None: nothing was ever sent anywhere."""
        return None

    def parse_event(self, body: bytes) -> GatewayEvent:
        """Refuse every message: nobody sends any."""
        raise UnreadableEvent("the external gateway sends no messages")

    @staticmethod
    def _done(ask: Ask) -> Answer:
        """Return the answer of an act that is done elsewhere."""
        return Answer(outcome=OK, transaction_id=ask.key, amount=ask.amount, message="done by the channel")
