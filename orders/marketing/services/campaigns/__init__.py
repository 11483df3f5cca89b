"""Card campaigns: made, prepared, paid and followed, and what their recipients buy."""
