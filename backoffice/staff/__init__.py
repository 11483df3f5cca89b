"""What all staff pages share."""
