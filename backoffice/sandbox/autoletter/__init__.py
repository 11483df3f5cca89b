"""AutoLetter, replayed from its documents."""
