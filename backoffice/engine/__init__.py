"""What leaves for vendors and what comes in from them: pushes, callbacks, limits, and how each vendor is doing."""
