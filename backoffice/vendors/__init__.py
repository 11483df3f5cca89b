"""The outside companies, one package each. They share transport and know nothing of models or of each other."""
