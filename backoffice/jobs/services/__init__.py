"""What is done with jobs: kinds of them, drafts, the work itself, control, clearing away."""
