"""Imports products from a file."""

from oms.foundation.management.importing import ImportCommand


class Command(ImportCommand):
    """Creates or changes products by SKU; importing the same file again changes nothing."""

    help = __doc__
    code = "products"
