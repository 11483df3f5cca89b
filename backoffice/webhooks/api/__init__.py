"""Endpoints, their deliveries, and the stream of events over REST."""
