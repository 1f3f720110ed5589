"""Orders come in: exactly once, complete, and with everything that is wrong with them on show."""
