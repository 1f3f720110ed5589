"""A carrier without an interface of its own: prices from the rate card, labels of ours, lists and news by file."""
