"""The API of demand."""
