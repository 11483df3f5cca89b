"""Parts of addresses of the API that are compared letter by letter."""

from backoffice.text.cleaning import clean_code


class CodeConverter:
    """A SKU or id as part of an address, as it would be kept; with a control character it names nothing (404)."""

    regex = r"[^/]{1,100}"

    def to_python(self, value: str) -> str:
        """Raise ValueError: no such address."""
        return clean_code(value)

    def to_url(self, value: str) -> str:
        return value


class SkuConverter(CodeConverter):
    """A SKU as part of an address: vendors use slashes in them, written as they are or as `%2F`."""

    regex = ".{1,100}"
