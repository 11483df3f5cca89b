"""From a file to orders: read, mapped, assembled, checked as the intake checks, placed by a job."""
