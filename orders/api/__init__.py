"""The API of demand: orders and customers of the caller's channel."""
