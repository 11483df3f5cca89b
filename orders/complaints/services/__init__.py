"""What staff do about complaints: note them, claim their cost, replace, refund, settle."""
