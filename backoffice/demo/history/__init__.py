"""A month of trade before the demo's first order: orders, parcels, complaints and a production desk, as the services
would have left them.

`plan` draws what happened and when, `orders`, `complaints` and `desk` make rows of it, `filling` writes them.
"""
