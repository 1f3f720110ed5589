"""What the shop under load is furnished with, for those who use it without loading the product."""

PLACES = ("NORTH", "SOUTH", "WEST")
COMMON, TIGHT = 50, 5
