"""What is printed: fonts, pages, addresses."""
