"""Where django-allauth asks what is so here."""
