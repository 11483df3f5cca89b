"""Answers of a provider of single sign-on, read as far as one that means well would send them."""

import io
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter

# A description, a token and user info are a few kilobytes each.
MOST_BYTES = 1_000_000
# For one whole answer: the time-out of the settings is for each piece of it.
MOST_SECONDS = 20.0
_CHUNK = 65_536


class BoundedAdapter(HTTPAdapter):
    """Raises `requests.ConnectionError` for an answer that is too large, or takes too long to come."""

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        ends = time.monotonic() + MOST_SECONDS
        response = super().send(request, *arguments, **options)
        body = bytearray()
        while piece := response.raw.read1(_CHUNK, decode_content=True):
            body += piece
            if len(body) > MOST_BYTES or time.monotonic() > ends:
                response.close()
                text = f"The answer has more than {MOST_BYTES:,} bytes, or takes more than {MOST_SECONDS:.0f} seconds."
                raise requests.ConnectionError(text, request=request)
        response.raw = io.BytesIO(body)
        return response
