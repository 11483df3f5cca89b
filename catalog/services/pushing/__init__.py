"""An approved change set on its way: compared, sent in batches, followed as jobs, read back."""
