"""The handheld's pages at ``/floor/``: large, for one hand, a scanner that types, and a network that comes and goes."""
