"""The block that Example Print would have in the settings: what a real vendor adds to them, and nothing else.

A real one reads its values with `env.str(...)`, `env.float(...)`; here tests override the settings with it.
"""

from typing import Any

VENDORS = {"example": "tests.vendors.example.adapter.ExamplePrint"}


def example_settings(environment: dict[str, str]) -> dict[str, Any]:
    """Return the settings by name; the environment variables are called the same."""
    return {
        "EXAMPLE_URL": environment.get("EXAMPLE_URL", ""),
        "EXAMPLE_TOKEN": environment.get("EXAMPLE_TOKEN", ""),
        "EXAMPLE_REQUESTS_PER_MINUTE": float(environment.get("EXAMPLE_REQUESTS_PER_MINUTE", "120")),
    }
