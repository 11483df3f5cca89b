"""How far a vendor is with a file that it was given."""

from django.utils.translation import pgettext_lazy

from backoffice.states import StateChoices, Tone


class FileState(StateChoices):
    """Ours, as `vendors.messages.RemoteFileState`; FETCHED: the vendor has it, CHECKED: it has passed the preflight."""

    UNKNOWN = "unknown", Tone.AMBER, "help", pgettext_lazy("file", "unknown")
    WAITING = "waiting", Tone.GREY, "hourglass_empty", pgettext_lazy("file", "not fetched yet")
    FETCHED = "fetched", Tone.BLUE, "download_done", pgettext_lazy("file", "fetched")
    CHECKED = "checked", Tone.GREEN, "fact_check", pgettext_lazy("file", "checked")
    FAILED = "failed", Tone.RED, "error", pgettext_lazy("file", "failed")


# The vendor does not have such a file yet, as far as it says.
NOT_THERE = (FileState.UNKNOWN, FileState.WAITING)
