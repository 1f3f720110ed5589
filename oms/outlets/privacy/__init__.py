"""What is known of a customer: where it lies, how it is handed out, and how it is erased while the books stay whole."""
