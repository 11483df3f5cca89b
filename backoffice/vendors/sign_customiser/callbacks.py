"""What Sign Customiser calls us with: who may, and what it says.

Each request is signed over its raw bytes and the time of sending. What exactly is joined could not be read in their
documents, so it is a setting (`SIGN_CUSTOMISER_SIGNATURE_FORMAT`).
"""

import hmac
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from backoffice.text.cleaning import clean_foreign
from backoffice.vendors.base import CallbackRequest, InvalidCallback
from backoffice.vendors.messages import Message, OrderConfirmation, RemoteOrderState, Version
from backoffice.vendors.reading import read_time
from backoffice.vendors.sign_customiser import schemas
from backoffice.vendors.sign_messages import DesignedPicture, DesignedProduct, FormAnswer, FormSubmission

PRODUCT, ORDER, FORM = "product-created", "order-created", "form-submitted"
TOPICS: dict[str, type[Message]] = {PRODUCT: DesignedProduct, ORDER: OrderConfirmation, FORM: FormSubmission}
TIMESTAMP, SIGNATURE, PREFIX = "x-webhook-timestamp", "x-webhook-signature", "sha256="
FORMATS = {
    "timestamp.body": lambda timestamp, body: timestamp + b"." + body,
    "timestampbody": lambda timestamp, body: timestamp + body,
    "body": lambda timestamp, body: body,
}
LONGEST_RECIPIENT = 64
# Unix seconds have ten digits for the next two centuries.
LONGEST_TIMESTAMP = 12
MOST_PICTURES, LONGEST_URL = 50, 4000
LONGEST_ID, LONGEST_TEXT = 64, 100_000
MOST_ANSWERS, LONGEST_ANSWER = 200, 20_000
# What is kept of their free data: no page and no column has use for more levels.
DEEPEST = 20


def verify(request: CallbackRequest, settings: Any) -> bool:
    """Return whether one of the topic's secrets signed this body within the tolerance, before or after our time."""
    timestamp = request.headers.get(TIMESTAMP, "")
    offered = request.headers.get(SIGNATURE, "").removeprefix(PREFIX).encode("latin-1", "backslashreplace")
    if not _is_fresh(timestamp, tolerance=settings.SIGN_CUSTOMISER_SIGNATURE_TOLERANCE):
        return False
    text = FORMATS[settings.SIGN_CUSTOMISER_SIGNATURE_FORMAT](timestamp.encode("ascii"), request.body)
    # All are compared, so that the time does not tell which one matched.
    matches = [hmac.compare_digest(offered, _sign(secret, text)) for secret in _secrets(request, settings)]
    return any(matches)


def _is_fresh(timestamp: str, *, tolerance: float) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        return False
    return abs(time.time() - int(timestamp)) <= tolerance


def _sign(secret: str, text: bytes) -> bytes:
    return hmac.new(secret.encode(), text, "sha256").hexdigest().encode()


def _secrets(request: CallbackRequest, settings: Any) -> list[str]:
    """Return the integrations' for the question about a product, present and previous; the webhooks' for all else."""
    if request.topic == PRODUCT:
        given = (settings.SIGN_CUSTOMISER_INTEGRATION_SECRET, settings.SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS)
        # Whole too, should one contain a comma.
        found: Iterable[str] = {secret.strip() for text in given for secret in (text, *text.split(","))}
    else:
        found = (*settings.SIGN_CUSTOMISER_WEBHOOK_SECRETS, *request.secrets)
    return [secret for secret in found if secret]


def read(topic: str, body: bytes, *, vendor: str) -> tuple[Message, ...]:
    """Return what the topic promises, of the account it came to. Raises InvalidCallback, and nothing else, for any
    other body.
    """
    if topic not in _READERS:
        raise InvalidCallback(f"no such topic: {topic}")
    # No text of theirs needs it, and PostgreSQL takes it in no text.
    if b"\\u0000" in body:
        raise InvalidCallback("contains NUL characters")
    try:
        body.decode("utf-8")
        return (_READERS[topic](body, vendor),)
    except (ValueError, RecursionError, OverflowError) as error:
        raise InvalidCallback(str(error)) from error


def _decode(body: bytes, shape: Any) -> Any:
    return msgspec.json.decode(body, type=shape, strict=False)


def _read_product(body: bytes, vendor: str) -> DesignedProduct:
    product: schemas.SignProductSchema = _decode(body, schemas.ProductCreated).product
    _ensure_shallow(product.external_data)
    return DesignedProduct(
        vendor=vendor,
        vendor_id=str(product.product_id),
        title=schemas.read_word(product.title, most=LONGEST_TEXT),
        description=schemas.read_word(product.description, most=LONGEST_TEXT, is_line=False),
        description_html=schemas.read_word(product.description_html, most=LONGEST_TEXT, is_line=False),
        price=product.price,
        compare_price=product.compare_price,
        customiser_id=schemas.read_word(product.customiser_id, most=LONGEST_ID),
        logo_upload_id=schemas.read_word(product.logo_upload_id, most=LONGEST_ID),
        external_id=schemas.read_word(product.external_id, most=LONGEST_ID),
        external_data=product.external_data,
        pictures=tuple(_pictures(product)),
        created_at=_read_time(product.created_at),
        updated_at=_read_time(product.updated_at),
    )


def _pictures(product: schemas.SignProductSchema) -> list[DesignedPicture]:
    """Return the product's own picture first, then the uploads; each address once."""
    uploads = product.uploads if isinstance(product.uploads, list) else []
    given: list[tuple[Any, Any]] = [(product.product_image_url, "product_image")]
    given += [(one.get("url"), one.get("type")) for one in uploads if isinstance(one, dict)]
    found: dict[str, str] = {}
    for address, kind in given:
        url = address if isinstance(address, str) else ""
        if len(url) > LONGEST_URL:
            raise InvalidCallback(f"an address has {len(url)} characters, at most {LONGEST_URL} are possible")
        if url:
            found.setdefault(url, schemas.read_word(kind, most=50))
    if len(found) > MOST_PICTURES:
        raise InvalidCallback(f"{len(found)} pictures, at most {MOST_PICTURES} are possible")
    return [DesignedPicture(url=url, kind=kind) for url, kind in found.items()]


def _read_order(body: bytes, vendor: str) -> OrderConfirmation:
    """Return that the order is there, which is all that we learn; its contents are ours."""
    order: schemas.CreatedOrder = _decode(body, schemas.OrderCreated).order
    created_at = _read_time(order.created_at)
    return OrderConfirmation(
        vendor=vendor,
        vendor_id=str(order.order_id),
        reference=schemas.read_word(order.external_id, most=LONGEST_ID),
        state=RemoteOrderState.SUBMITTED,
        raw_state="order:created",
        version=Version(updated_at=created_at or datetime.now(UTC)),
        created_at=created_at,
    )


def _read_form(body: bytes, vendor: str) -> FormSubmission:
    submission: schemas.Submission = _decode(body, schemas.FormSubmitted).form_submission
    given = submission.responses or []
    if len(given) > MOST_ANSWERS:
        raise InvalidCallback(f"{len(given)} answers, at most {MOST_ANSWERS} are possible")
    answers = tuple(_answer(response) for response in given)
    form = submission.form if isinstance(submission.form, dict) else {}
    return FormSubmission(
        vendor=vendor,
        vendor_id=str(submission.submission_number),
        label=schemas.read_word(form.get("label"), most=200),
        subject=schemas.read_word(form.get("subject"), most=200),
        name=schemas.read_word(_first(answers, "name"), most=200),
        email=schemas.read_word(_first(answers, "email", "e-mail"), most=255),
        answers=answers,
        created_at=_read_time(submission.created_at),
    )


def _answer(response: schemas.FormResponse) -> FormAnswer:
    _ensure_shallow(response.value)
    value = response.value
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value)
    text = "" if value is None else clean_foreign(str(value))
    name, kind = schemas.read_word(response.name, most=200), schemas.read_word(response.input_type, most=50)
    return FormAnswer(name=name, value=text[:LONGEST_ANSWER], kind=kind)


def _first(answers: Iterable[FormAnswer], *words: str) -> str:
    """Return the answer to the question that is of that kind, else to the first whose words are among these."""
    answers = [answer for answer in answers if answer.value]
    for answer in answers:
        if answer.kind.lower() in words:
            return answer.value
    return next((answer.value for answer in answers if any(word in answer.name.lower() for word in words)), "")


def _ensure_shallow(value: Any, *, levels: int = DEEPEST) -> None:
    if isinstance(value, dict | list):
        if levels == 0:
            raise InvalidCallback(f"nested more than {DEEPEST} levels deep")
        for inner in value.values() if isinstance(value, dict) else value:
            _ensure_shallow(inner, levels=levels - 1)


def _read_time(word: schemas.Word) -> datetime | None:
    return read_time(schemas.read_word(word, most=LONGEST_ID))


_READERS = {PRODUCT: _read_product, ORDER: _read_order, FORM: _read_form}
