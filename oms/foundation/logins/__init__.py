"""Signing in to the console: who is kept out for a while, which sessions there are, and when they end."""
