"""A mail server that delivers nothing: it keeps what it is given, shows it on a page, and fails when asked to."""
