"""Fetching protected files of mypromo. Mixed into the adapters."""

from email.message import Message as Headers

from backoffice.vendors.file_messages import Download
from backoffice.vendors.mypromo.client import MAX_DOWNLOAD, MypromoClient
from backoffice.vendors.responses import Response


class FilesAbility:
    """Files come whole, at most `MAX_DOWNLOAD` bytes: one that breaks off half-way never looks like a file."""

    MAX_DOWNLOAD = MAX_DOWNLOAD

    client: MypromoClient

    def download(self, url: str) -> Download:
        return to_download(self.client.download(url))

    def download_label(self, url: str) -> Download:
        return to_download(self.client.download(url, has_effect=True))


def to_download(answer: Response) -> Download:
    headers = Headers()
    headers["Content-Type"] = answer.headers.get("content-type", "")
    claimed = headers.get_content_type() if headers["Content-Type"] else ""
    return Download(content=answer.body, content_type=claimed, status=answer.status)
