"""The outside world: gateway, carrier, mail server and driver in a process of their own that nobody kills."""
