"""The floor: facts, inbox, actions, audit, money, locks, idempotency; knows no room."""
