"""What is done about events: recorded, brought into the stream, delivered, sent again."""
