"""Accounts at vendors beside those of the environment: kept, given to shops, edited, tested."""
