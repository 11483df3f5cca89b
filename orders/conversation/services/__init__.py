"""Comments, mentions, and the mails that follow from what happens to orders."""
