"""Calls of rules to addresses outside: signed, sent after commit, tried again, decided about."""
