"""What `make bench` measures. Each module is one measurement with its bare counterpart in the same run."""
