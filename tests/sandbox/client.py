"""A plain client of the sandbox, with nothing of the project's own vendor code in it."""

from typing import Any

import requests

from backoffice.sandbox import Sandbox

RECIPIENT = {
    "company": "Sample Company",
    "firstname": "Sam",
    "lastname": "Sample",
    "street": "Sample Street 1",
    "zip": "12345",
    "city": "Sample Town",
    "country_code": "DE",
    "email": "sam@sample.com",
}
PRINT_FILE = {"url": "https://files.example.com/a4.pdf", "type": "front"}
SKU = "MP-F1-C0000003"


class Client:
    """Speaks to a sandbox as the merchant, or as the account given."""

    def __init__(
        self, sandbox: Sandbox, *, account: str = "1", secret: str = "sandbox-merchant-secret", scope: str = "*"
    ) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False
        credentials = {"grant_type": "client_credentials", "client_id": account, "client_secret": secret}
        answer = self.post("oauth/token", **credentials, scope=scope)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {self.token}"

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Make one call; `path` is below the base path."""
        options.setdefault("timeout", 10)
        return self.session.request(method, self.sandbox.url + path, allow_redirects=False, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        """Read."""
        return self.request("GET", path, params=query)

    def post(self, path: str, **body: Any) -> requests.Response:
        """Write a JSON object."""
        return self.request("POST", path, json=body)

    def patch(self, path: str, data: list[dict[str, Any]], **fields: Any) -> requests.Response:
        """Send a batch."""
        return self.request("PATCH", path, json={"data": data, **fields})

    def row(self, path: str, sku: str) -> dict[str, Any]:
        """Read one row of inventory, prices or SEO texts."""
        (row,) = self.get(path, sku=sku, shipping_from="DE").json()["data"]
        return dict(row)

    def draft(self, **fields: Any) -> int:
        """Create an order and return its id."""
        answer = self.post("v1/orders", **{"reference": "WEB-1001", "recipient": RECIPIENT, **fields})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def add(self, order: int, **fields: Any) -> requests.Response:
        """Add an item with a print file."""
        usual = {"reference": "1", "sku": SKU, "quantity": 100, "files": [PRINT_FILE]}
        return self.post(f"v1/orders/{order}/items", **{**usual, **fields})

    def submit(self, order: int) -> requests.Response:
        """Submit an order."""
        return self.request("POST", f"v1/orders/{order}/submit")

    def cancel(self, order: int) -> requests.Response:
        """Cancel an order."""
        return self.request("PATCH", f"v1/orders/{order}/cancel")

    def order(self, key: int) -> dict[str, Any]:
        """Read an order by id."""
        answer = self.get(f"v1/orders/{key}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def place(self, *, order: dict[str, Any] | None = None, **item: Any) -> int:
        """Create, fill and submit an order of one item; return its id."""
        key = self.draft(**(order or {}))
        added = self.add(key, **item)
        assert added.ok, added.text
        assert self.submit(key).status_code == 200
        return key
