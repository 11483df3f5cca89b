"""AutoLetter: letter campaigns to past customers."""
