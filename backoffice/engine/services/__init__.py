"""What the project does for all apps: pushes and callbacks, and the mechanisms that protect them."""
