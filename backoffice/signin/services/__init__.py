"""What becomes true when staff come in, and who must show what."""
