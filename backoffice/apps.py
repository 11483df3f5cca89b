"""What Django loads of the project itself."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy


class BackofficeConfig(AppConfig):
    name = "backoffice"
    verbose_name = gettext_lazy("Back office")

    def ready(self) -> None:
        from backoffice import acting, checks, observing  # the former registers the start-up checks
        from backoffice.settings.faults import stop_on

        # Settings that name classes can be judged only now; every process comes by here.
        stop_on([*checks.find_missing_classes(), *observing.find_missing_libraries()])
        observing.begin()
        acting.connect()

        # The registries fill themselves: apps say what a push and a callback mean, what both are about, who needs what,
        # whose rows are whose.
        autodiscover_modules(
            "pushes",
            "callbacks",
            "subjects",
            "variant_users",
            "account_users",
            "price_lists",
            "own_codes",
            "hooks",
            "rule_actions",
            "job_kinds",
            "visibility",
            "growth",
            "personal_data",
        )
