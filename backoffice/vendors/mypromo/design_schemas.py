"""The shapes of mypromo's answers about designs. Seen by this package only."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from backoffice.vendors.mypromo.schemas import Id, Word


class EditorUser(Struct):
    editor_user_hash: Annotated[str, Meta(min_length=1, max_length=255)]


class DesignSchema(Struct):
    """A design as all its routes show it; reading leaves out the two return addresses, which we know anyway."""

    id: Id
    status: Word
    sku: Any = None
    intent: Any = None
    editor_user_hash: Any = None
    editor_start_url: Any = None
    editor_start_url_cname: Any = None
    preview_url: Any = None
