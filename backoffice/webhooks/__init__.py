"""Outgoing webhooks: what happens in the back office, told to storefronts in order, and kept as a stream to read.

It knows no orders: apps above record events by `services/recording.py` in the transaction that causes them, and say by
`services/objects.py` what a thing of theirs looks like.
"""
