"""Moments as they stand everywhere in the console: ``25 Nov 2026, 21:42``, never with a.m. and p.m."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i"
