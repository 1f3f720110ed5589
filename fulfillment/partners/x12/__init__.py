"""EDI X12: envelopes and segments, and the three messages that a warehouse and its customer exchange."""
