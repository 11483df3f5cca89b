"""What is done with many orders at once; each kind of job is registered here, and staff start it from the list."""
