"""What was found out about vendors by trying, where their documents contradict each other."""

from backoffice.engine.models import Integration


class SharedExperience:
    """The `Experience` of one vendor, kept with its health."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor

    def get(self, name: str) -> str:
        """Return what was found; empty when nothing was yet."""
        found = Integration.objects.filter(vendor=self.vendor).values_list(f"experience__{name}", flat=True).first()
        return str(found or "")

    def keep(self, name: str, value: str) -> None:
        """What was found is kept; what another worker finds at the same moment may be lost, and is found again."""
        row, _is_new = Integration.objects.get_or_create(vendor=self.vendor)
        row.experience[name] = value
        row.save(update_fields=["experience"])
