"""Personal data: who holds what of whom, how long, how it is given out and how it is erased."""
