"""What went wrong with an order that was made: complaints, their replacements and refunds, and what they cost."""
