"""Files of orders: given to us, checked before vendors get them, drawn by us, and served by signed links."""
