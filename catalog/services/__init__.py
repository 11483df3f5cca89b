"""What people and vendors do with the catalogue. Flat: products read and priced. Packages: the longer ways."""
