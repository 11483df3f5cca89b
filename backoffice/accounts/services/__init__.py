"""What is done with shops, keys and staff."""
