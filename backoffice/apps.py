"""What Django loads of the project itself."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class BackofficeConfig(AppConfig):
    name = "backoffice"
    verbose_name = "Back office"

    def ready(self) -> None:
        from backoffice import checks  # registers the start-up checks
        from backoffice.settings.faults import stop_on

        # Settings that name classes can be judged only now; every process comes by here.
        stop_on(checks.find_missing_classes())

        # The registries fill themselves: apps say what a push and a callback mean, what both are about, who needs what.
        autodiscover_modules(
            "pushes",
            "callbacks",
            "subjects",
            "variant_users",
            "price_lists",
            "own_codes",
            "hooks",
            "rule_actions",
            "job_kinds",
        )
