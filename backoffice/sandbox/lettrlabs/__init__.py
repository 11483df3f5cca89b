"""LettrLabs, replayed from its documents."""
