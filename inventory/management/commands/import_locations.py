"""Imports locations from a file."""

from oms.foundation.management.importing import ImportCommand


class Command(ImportCommand):
    """Creates or changes locations by code; importing the same file again changes nothing."""

    help = __doc__
    code = "locations"
