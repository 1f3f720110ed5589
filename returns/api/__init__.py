"""The way back in the API."""
