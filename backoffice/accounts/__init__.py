"""Who may do what: shops and their keys, staff and their groups."""
