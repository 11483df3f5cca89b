"""Rights in words: the parts that roles are made of, the shipped roles, and who may do what."""
