"""Every adapter of a kind keeps the kind's promises."""
