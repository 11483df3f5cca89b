"""LettrLabs: handwritten cards to US addresses."""
