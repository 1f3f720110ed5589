"""Which carton an order goes in, and where each of its pieces lies in it."""
