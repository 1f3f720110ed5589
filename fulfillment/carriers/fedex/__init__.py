"""FedEx: its REST APIs Rate 1, Ship 1, Track 1 and Pickup 1."""
