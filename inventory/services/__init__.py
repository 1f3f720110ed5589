"""What supply can do: move stock, promise pieces to orders, keep reservations."""
