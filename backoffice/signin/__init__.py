"""How staff come in: passwords, passkeys, codes, single sign-on; invitations; who came in when, and from where."""
