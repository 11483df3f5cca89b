"""What comes in as text: cleaned, checked, and kept so that each reader reads it in their own language."""
