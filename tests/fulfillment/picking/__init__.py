"""The picking core, held against brute force on small floors."""
