"""One line of the audit trail."""

import hashlib
import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.states import StateChoices, Tone


class AuditAction(StateChoices):
    CREATE = "create", Tone.GREEN, "add_circle", _("created")
    UPDATE = "update", Tone.BLUE, "edit", _("changed")
    DELETE = "delete", Tone.RED, "delete", _("deleted")
    READ = "read", Tone.GREY, "visibility", _("opened")
    SEARCH = "search", Tone.GREY, "search", _("searched")
    DOWNLOAD = "download", Tone.AMBER, "download", _("downloaded")
    DECIDE = "decide", Tone.BLUE, "gavel", _("decided")
    REDACT = "redact", Tone.AMBER, "do_not_disturb_on", _("erased from the audit trail")
    PRUNE = "prune", Tone.AMBER, "delete", _("audit trail shortened")


class ActorKind(models.TextChoices):
    STAFF = "staff", _("staff")
    KEY = "key", _("API key")
    COMMAND = "command", _("command")
    RULE = "rule", _("rule")
    VENDOR = "vendor", _("webhook of a vendor")
    TASK = "task", _("background task")
    LINK = "link", _("signed link")
    NOBODY = "nobody", _("not signed in")
    DATABASE = "database", _("directly in the database")


class AuditEntry(models.Model):
    """One change or reading. Its key is its place in the chain, without gaps; the triggers of the table refuse every
    change but those of `services/`.

    The facts are hashed (`digest`) with the digest of the salted payload, not with the payload: what it says can be
    erased, and the chain still holds.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("time"))
    action = models.CharField(_("action"), max_length=8, choices=AuditAction)
    # "orders.order"; the table's name where no model of this version has it.
    object_type = models.CharField(_("kind"), max_length=64)
    object_id = models.CharField(_("key"), max_length=200)
    # What it belongs to: the order of a line, the person of a membership; else itself.
    root_type = models.CharField(max_length=64)
    root_id = models.CharField(max_length=200)
    # No foreign keys: entries outlive what they tell of.
    shop_id = models.BigIntegerField(_("shop"), null=True)
    actor_kind = models.CharField(_("who"), max_length=8, choices=ActorKind)
    actor = models.CharField(_("name"), max_length=150)
    user_id = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(_("request"), max_length=64)
    # The job that it belongs to.
    change = models.CharField(max_length=36)

    # {column: [before, after]}, null for what is secret; the row itself for what was created or deleted; of a decision
    # what it was.
    payload = models.TextField()
    salt = models.BinaryField(max_length=16)
    payload_digest = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)
    chain = models.BinaryField(max_length=32)
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        # Nobody writes here by hand.
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["root_type", "root_id", "-id"], name="audit_root"),
            models.Index(fields=["actor_kind", "actor", "-id"], name="audit_actor"),
            models.Index(fields=["action", "-id"], name="audit_action"),
            models.Index(fields=["request_id"], name="audit_request", condition=~models.Q(request_id="")),
            models.Index(fields=["address", "-id"], name="audit_address", condition=models.Q(address__isnull=False)),
            models.Index(fields=["change"], name="audit_change", condition=~models.Q(change="")),
            models.Index(fields=["at"], name="audit_time"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def hash_payload(self) -> bytes:
        """Return the digest of the payload with its salt, without which short ones could be guessed."""
        return hashlib.sha256(bytes(self.salt) + self.payload.encode()).digest()

    def hash_facts(self) -> bytes:
        """Return the digest of all that is not the payload, and of the payload's digest."""
        facts: list[Any] = [
            self.at.isoformat(timespec="microseconds"), self.action, self.object_type, self.object_id,
            self.root_type, self.root_id, self.shop_id, self.actor_kind, self.actor, self.user_id, self.address,
            self.request_id, self.change, bytes(self.payload_digest).hex(),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(facts).encode()).digest()

    def hash_chain(self, before: bytes) -> bytes:
        """Return the hash of this entry behind the one whose hash is `before`."""
        return hashlib.sha256(before + self.pk.to_bytes(8) + bytes(self.digest)).digest()

    @property
    def values(self) -> dict[str, Any]:
        """Return what the payload says by column."""
        read: dict[str, Any] = json.loads(self.payload or "{}")
        return read
