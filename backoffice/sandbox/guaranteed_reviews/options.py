"""What can be set of the replayed Guaranteed Reviews."""

from dataclasses import dataclass, field
from typing import Any, Literal

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class GuaranteedReviewsOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/guaranteed-reviews/settings`.

    Where the document is silent, the choice is an option here.
    """

    private_keys: list[str] = field(
        default_factory=lambda: ["12/de/sandbox-private-key-12", "13/fr/sandbox-private-key-13"]
    )
    public_keys: list[str] = field(
        default_factory=lambda: ["12/de/sandbox-public-key-12", "13/fr/sandbox-public-key-13"]
    )
    invitation_days: float = 10.0
    # which bodies are read
    accept_form: bool = True
    accept_urlencoded: bool = True
    accept_json: bool = True
    max_orders: int = 0  # orders a request; 0 = no limit
    # statuses and shapes of problems, none of which is documented
    duplicate_status: int = 200
    missing_status: int = 200
    bad_key_status: int = 200
    problem_shape: Literal["success", "wordpress"] = "success"
    problem_status_in_body: bool = False  # WordPress problems go out as 200 and name their status inside
    bad_key_message: str = "Invalid API key"
    missing_skips_only: bool = False  # leave bad orders out and import the others, instead of refusing the batch
    partial_message: bool = True  # tell in `message` that some orders were left out
    numbers_as_text: bool = False  # "1" instead of 1
    private_list: bool = True  # the private list of reviews exists

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the private keys' secrets."""
        values = OptionSet.as_dict(self)
        values["private_keys"] = [key.rsplit("/", 1)[0] for key in self.private_keys]
        return values
