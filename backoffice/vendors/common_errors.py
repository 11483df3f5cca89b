"""Errors that any vendor may cause: what our own transport says of an answer, or of none; and what Laravel writes, the
framework of several vendors, which they put into theirs.
"""

from django.utils.translation import gettext_noop as _

from backoffice.vendors.known_errors import KnownError

_CREDENTIALS = _("%(vendor)s does not accept our credentials.")
_ENTER_THEM = _(
    "Nothing is lost: what is to be sent waits. Ask an administrator to check the credentials and to resume the "
    "connection on the Integrations page."
)
_IF_IT_GOES_ON = _("If this keeps happening, test the connection on the Integrations page.")
_READ_IT = _("Read on the outgoing request's page what was sent and what came back, or ask an administrator.")
_UPDATE = _("Ask an administrator: the connection to %(vendor)s may need an update.")

COMMON_ERRORS: tuple[KnownError, ...] = (
    KnownError(
        pattern=r".+ did not answer in time\.",
        text=_("%(vendor)s did not answer in time."),
        remedy=_IF_IT_GOES_ON,
        is_retryable=True,
        is_ours=True,
        examples=("Acme did not answer in time.",),
    ),
    KnownError(
        pattern=r".+ broke off: .+",
        text=_("The connection to %(vendor)s broke off before the answer was complete."),
        remedy=_IF_IT_GOES_ON,
        is_retryable=True,
        is_ours=True,
        examples=("Acme broke off: Connection aborted.",),
    ),
    KnownError(
        pattern=r"(?!https?:).+ cannot be reached: .+",
        text=_("%(vendor)s cannot be reached, so nothing was sent."),
        remedy=_IF_IT_GOES_ON,
        is_retryable=True,
        is_ours=True,
        examples=("Acme cannot be reached: Connection refused",),
    ),
    KnownError(
        pattern=r".+ is not available \(HTTP 429\)\.|The rate limit of .+ is used up\.",
        text=_("%(vendor)s accepts no more requests at the moment."),
        remedy=_("Nothing to do: it is sent again as soon as the limit allows."),
        is_retryable=True,
        is_ours=True,
        examples=("Acme is not available (HTTP 429).", "The rate limit of Acme is used up."),
    ),
    KnownError(
        pattern=r".+ is not available \(HTTP (?P<status>\d+)\)\.",
        text=_("%(vendor)s is not available at the moment (HTTP %(status)s)."),
        remedy=_(
            "Nothing to do: it is sent again by itself. If it lasts, look whether %(vendor)s announces maintenance."
        ),
        is_retryable=True,
        is_ours=True,
        examples=("Acme is not available (HTTP 503).", "Acme is not available (HTTP 408)."),
    ),
    KnownError(
        pattern=r"(?:.+ failed with )?HTTP (?P<status>5\d\d)\.?",
        text=_("%(vendor)s has a fault of its own (HTTP %(status)s)."),
        remedy=_("If this keeps happening, contact %(vendor)s."),
        is_retryable=True,
        is_ours=True,
        examples=("Acme failed with HTTP 500.", "HTTP 502"),
    ),
    KnownError(
        pattern=r".+ (?:refuses our credentials|refuses our key|gives us no token): (?P<own>.*)",
        text=_CREDENTIALS,
        remedy=_ENTER_THEM,
        examples=(
            "Acme refuses our credentials: Unauthenticated.",
            "Acme refuses our credentials: HTTP 403",
            "Acme gives us no token: Client authentication failed",
            "Acme refuses our key: Invalid API key",
        ),
    ),
    KnownError(
        pattern=r".+ refuses this to a client without the role (?P<role>\w+): (?P<own>.*)",
        text=_("%(vendor)s refuses this, as our client there lacks the role %(role)s."),
        remedy=_("Have the role added to the client in the portal of %(vendor)s, then send it again."),
        examples=(
            "Acme refuses this to a client without the role MERCHANT: Invalid scope(s) provided.",
            "Acme refuses this to a client without the role FULFILLER: HTTP 403",
        ),
    ),
    KnownError(
        pattern=r"Client authentication failed\.?|Unauthenticated\.?|Unauthorized\.?|Forbidden\.?"
        r"|This action is unauthorized\.|Invalid scope\(s\) provided\."
        r"|Our key was refused, and there is no other one\.",
        text=_CREDENTIALS,
        remedy=_ENTER_THEM,
        examples=("Client authentication failed", "Unauthenticated.", "Forbidden"),
    ),
    KnownError(
        pattern=r".+ refused with HTTP (?P<status>404|410)\.|Not found\.?|Gone\.?",
        text=_("%(vendor)s does not know what this is about, or has removed it."),
        remedy=_("Check in the portal of %(vendor)s whether it is still there."),
        examples=("Acme refused with HTTP 404.", "Acme refused with HTTP 410.", "Not found."),
    ),
    KnownError(
        pattern=r".+ refused with HTTP (?P<status>405|406|415)\.|The \w+ method is not supported for this route\..*"
        r"|Method not allowed\.?|Not acceptable\.?",
        text=_("%(vendor)s no longer accepts requests of this kind."),
        remedy=_UPDATE,
        examples=(
            "Acme refused with HTTP 405.",
            "Acme refused with HTTP 406.",
            "The PATCH method is not supported for this route.",
        ),
    ),
    KnownError(
        pattern=r".+ refused with HTTP (?P<status>4\d\d)\.|Bad request\.?|Unprocessable entity\.?",
        text=_("%(vendor)s refused the request and gave no reason."),
        remedy=_READ_IT,
        examples=("Acme refused with HTTP 400.", "Acme refused with HTTP 422.", "Bad request"),
    ),
    KnownError(
        pattern=r"Too Many (?:Attempts|Requests)\.?",
        text=_("%(vendor)s accepts no more requests at the moment."),
        remedy=_("Nothing to do: it is sent again as soon as the limit allows."),
        is_retryable=True,
        examples=("Too Many Attempts.", "Too many requests"),
    ),
    KnownError(
        pattern=r"Internal server error\.?|Server Error|Service unavailable\.?",
        text=_("%(vendor)s has a fault of its own."),
        remedy=_("If this keeps happening, contact %(vendor)s."),
        is_retryable=True,
        examples=("Internal server error", "Service unavailable"),
    ),
    KnownError(
        pattern=r".+ answered HTTP (?P<status>\d+), which is never followed\.",
        text=_("%(vendor)s sends us on to another address, which we do not follow."),
        remedy=_("Ask an administrator to check the address of %(vendor)s in the settings."),
        is_ours=True,
        examples=("Acme answered HTTP 307, which is never followed.",),
    ),
    KnownError(
        pattern=r".+ answered (?:what we cannot read|more than [\d,]+ bytes)(?:[:.].*)?",
        text=_("%(vendor)s sent an answer that we cannot read."),
        remedy=_READ_IT,
        is_ours=True,
        examples=(
            "Acme answered what we cannot read: JSON is malformed",
            "Acme answered what we cannot read.",
            "Acme answered more than 33,554,432 bytes.",
        ),
    ),
    KnownError(
        pattern=r"https?://\S+ answers more than [\d,]+ bytes\.",
        text=_("The file at its URL is too large."),
        remedy=_("Provide a smaller file."),
        is_ours=True,
        examples=("https://files.example.com/a.pdf answers more than 33,554,432 bytes.",),
    ),
    KnownError(
        pattern=r"https?://\S+ (?:cannot be fetched: .*|answers HTTP (?P<status>\d+)\.)",
        text=_("The file cannot be fetched from its address."),
        remedy=_("Open the address, or ask for another one."),
        is_retryable=True,
        is_ours=True,
        examples=(
            "https://files.example.com/a.pdf cannot be fetched: Connection refused",
            "https://files.example.com/a.pdf answers HTTP 404.",
        ),
    ),
    KnownError(
        pattern=r"Calls to .+ are stopped for now\.",
        text=_("Requests to %(vendor)s are stopped after several failures in a row."),
        remedy=_("Nothing to do: they go on as soon as %(vendor)s answers again."),
        is_retryable=True,
        is_ours=True,
        examples=("Calls to Acme are stopped for now.",),
    ),
    KnownError(
        pattern=r".+ is paused(?:: nothing|\. Nothing) is sent until .+ resume(?:s it|d)\.",
        text=_("The connection to %(vendor)s is paused."),
        remedy=_("Resume it on the Integrations page."),
        is_retryable=True,
        is_ours=True,
        examples=(
            "Acme is paused. Nothing is sent until the connection is resumed.",
            # As it was written until November 2026.
            "Acme is paused: nothing is sent until somebody resumes it.",
        ),
    ),
    KnownError(
        pattern=r"No token of .+: another worker has been asking for too long\.",
        text=_("%(vendor)s gave no access token in time, so nothing was sent."),
        remedy=_IF_IT_GOES_ON,
        is_retryable=True,
        is_ours=True,
        examples=("No token of Acme: another worker has been asking for too long.",),
    ),
    KnownError(
        pattern=r"It cannot be seen whether the database is current: .+",
        text=_("We cannot check whether our database is the current one, so nothing is sent."),
        remedy=_("If this lasts, ask an administrator."),
        is_retryable=True,
        is_ours=True,
        examples=("It cannot be seen whether the database is current: Permission denied",),
    ),
    KnownError(
        pattern=r"The database was restored or copied: nothing is sent until manage\.py reconcile has run\.",
        text=_("Our database was restored or copied. Nothing is sent until it has been compared with the vendors."),
        remedy=_("Ask an administrator to run manage.py reconcile."),
        is_retryable=True,
        is_ours=True,
        examples=("The database was restored or copied: nothing is sent until manage.py reconcile has run.",),
    ),
)

_NAMED = r"The (?P<name>.+?)(?: field)? "
_FILL_IN = _("Correct it, then send it again.")
LARAVEL_ERRORS: tuple[KnownError, ...] = (
    KnownError(
        pattern=r"The given data was invalid\.",
        text=_("%(vendor)s did not accept the details."),
        remedy=_("Correct what is listed, then send it again."),
        is_general=True,
        examples=("The given data was invalid.",),
    ),
    KnownError(
        pattern=_NAMED + r"is required(?: .+)?\.",
        text=_("%(vendor)s needs a value for “%(name)s”."),
        remedy=_("Fill it in, then send it again."),
        examples=(
            "The recipient.city field is required.",
            "The recipient.lastname field is required when recipient.company is not present.",
        ),
    ),
    KnownError(
        pattern=r"The selected (?P<name>.+) is invalid\.",
        text=_("%(vendor)s does not know the value of “%(name)s”."),
        remedy=_FILL_IN,
        examples=("The selected recipient.country_code is invalid.",),
    ),
    KnownError(
        pattern=_NAMED + r"(?:may|must) not be greater than (?P<most>\d+) characters\.",
        text=_("“%(name)s” is too long for %(vendor)s: at most %(most)s characters are allowed."),
        remedy=_("Shorten it, then send it again."),
        examples=(
            "The recipient.street may not be greater than 30 characters.",
            "The first name field must not be greater than 255 characters.",
        ),
    ),
    KnownError(
        pattern=_NAMED + r"must be at least (?P<least>\d+) characters\.",
        text=_("“%(name)s” is too short for %(vendor)s: at least %(least)s characters are needed."),
        remedy=_FILL_IN,
        examples=("The recipient.zip must be at least 3 characters.",),
    ),
    KnownError(
        pattern=_NAMED + r"must be at least (?P<least>-?[\d.]+)\.",
        text=_("“%(name)s” is too low for %(vendor)s: at least %(least)s is needed."),
        remedy=_FILL_IN,
        examples=("The quantity must be at least 10.",),
    ),
    KnownError(
        pattern=_NAMED + r"(?:may|must) not be greater than (?P<most>-?[\d.]+)\.",
        text=_("“%(name)s” is too high for %(vendor)s: at most %(most)s is allowed."),
        remedy=_FILL_IN,
        examples=("The quantity may not be greater than 200000.",),
    ),
    KnownError(
        pattern=_NAMED + r"must be a valid email address\.",
        text=_("%(vendor)s does not accept the e-mail address."),
        remedy=_FILL_IN,
        examples=("The recipient.email must be a valid email address.",),
    ),
    KnownError(
        pattern=_NAMED + r"(?:format is invalid|must be .+)\.",
        text=_("%(vendor)s does not accept the form of “%(name)s”."),
        remedy=_UPDATE,
        examples=(
            "The files.0.url format is invalid.",
            "The quantity must be an integer.",
            "The currency field must be 3 characters.",
            "The url field must be a valid URL.",
        ),
    ),
)
