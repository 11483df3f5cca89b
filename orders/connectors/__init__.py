"""Storefronts that others make: each is an app of its own, between them and the order desk."""
