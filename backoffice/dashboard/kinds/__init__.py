"""The kinds of work of the inbox: each module defines `KINDS`, and being here is all it takes."""
