"""What stands against an order before it is sent: what a vendor would refuse or could not make."""
