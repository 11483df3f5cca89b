"""Where parcels are packed, and their papers."""
