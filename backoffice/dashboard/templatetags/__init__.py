"""What templates of the dashboard need."""
