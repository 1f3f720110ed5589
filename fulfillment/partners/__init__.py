"""How partners are spoken to: pure readers and writers of their files; they translate and decide nothing."""
