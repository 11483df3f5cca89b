"""What a store that speaks S3 refuses with, in words for whoever runs it."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)

from backoffice.files.stores.base import StoreAway
from backoffice.text.translatable import gettext as _

ABSENT = frozenset({"NoSuchKey", "404"})
_NO_BUCKET, _CLOCK = frozenset({"NoSuchBucket"}), frozenset({"RequestTimeTooSkewed"})
_KEYS = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "AuthFailure"})
_REGIONS = frozenset(
    {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301", "307"}
)
_DENIED = frozenset({"AccessDenied", "Forbidden", "403"})
_FULL = frozenset({"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "507"})
_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
_LONGEST = 300


def is_absent(error: ClientError) -> bool:
    """Return whether the store says that it has nothing under that name; a missing bucket is another matter."""
    return code_of(error) in ABSENT


def is_worth_a_pause(error: BotoCoreError | ClientError) -> bool:
    """Return whether asking again at once would only make everybody wait: nobody answers, or too much is asked."""
    if isinstance(error, ClientError):
        return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) >= 500
    return isinstance(error, HTTPClientError | ConnectionError)


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def explain(error: BotoCoreError | ClientError, *, bucket: str, endpoint: str) -> StoreAway:
    """Return what is wrong, and what to do about it."""
    said = " ".join(str(error).split())[:_LONGEST]
    if isinstance(error, ClientError):
        return _explain_refusal(code_of(error), said, bucket=bucket)
    if isinstance(error, _NO_CREDENTIALS):
        return StoreAway(
            said, remedy=_("Set FILES_S3_ACCESS_KEY and FILES_S3_SECRET_KEY, or give this machine a role.")
        )
    remedy = _("Start the store, allow connections to it, or correct FILES_S3_ENDPOINT.")
    return StoreAway(
        _("%(place)s does not answer: %(said)s") % {"place": endpoint or "S3", "said": said}, remedy=remedy
    )


def _explain_refusal(code: str, said: str, *, bucket: str) -> StoreAway:
    names = {"bucket": bucket, "said": said}
    for codes, text, remedy in _refusals():
        if code in codes:
            return StoreAway(text % names, remedy=remedy)
    return StoreAway(said, remedy=_("This message comes from the store: check its log."))


def _refusals() -> list[tuple[frozenset[str], str, str]]:
    """Return codes with what is wrong and what to do."""
    return [
        (
            _NO_BUCKET,
            _("The bucket %(bucket)s does not exist."),
            _("Create the bucket, or correct FILES_S3_BUCKET and FILES_S3_ENDPOINT."),
        ),
        (
            _CLOCK,
            _("The clock of this machine is off by more than the store allows."),
            _("Have the machine set its clock from the network (chrony or systemd-timesyncd)."),
        ),
        (
            _KEYS,
            _("The store does not accept our key: %(said)s"),
            _("Correct FILES_S3_ACCESS_KEY and FILES_S3_SECRET_KEY, or the role of this machine."),
        ),
        (
            _REGIONS,
            _("The bucket %(bucket)s is in another region: %(said)s"),
            _("Correct FILES_S3_REGION."),
        ),
        (
            _DENIED,
            _("Our key is not allowed to do that in the bucket %(bucket)s: %(said)s"),
            _(
                "Allow it s3:GetObject, s3:PutObject and s3:DeleteObject on the objects in the bucket, "
                "s3:ListBucket on the bucket, and everything FILES_S3_ENCRYPTION needs."
            ),
        ),
        (_FULL, _("The store is full: %(said)s"), _("Free up space there, or raise its quota.")),
    ]
