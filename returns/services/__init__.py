"""The acts of the way back, each one transaction."""
