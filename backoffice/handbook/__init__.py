"""The staff handbook: pages in `docs/handbook/`, shown and searched by the product itself, without a network."""
