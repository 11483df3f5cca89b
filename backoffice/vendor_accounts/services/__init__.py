"""What is done with accounts at vendors."""
