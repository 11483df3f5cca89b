"""mypromo Connect, replayed: the merchant's side. One module per subject, put together in `app`."""
