"""The demo shop: a small made-up shop of our own, to look at and to try things on."""
