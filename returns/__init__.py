"""WAY BACK: what comes back and what is owed for it."""
