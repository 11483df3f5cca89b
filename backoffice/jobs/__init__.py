"""Jobs: the same done with many rows, with a preview, progress, a result per row, and a way back."""
