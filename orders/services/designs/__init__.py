"""Designs that a shop's customers make in a vendor's editor."""
