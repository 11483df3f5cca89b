"""What Django loads of the project itself."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class BackofficeConfig(AppConfig):
    name = "backoffice"
    verbose_name = "Back office"

    def ready(self) -> None:
        from backoffice import checks  # noqa: F401  registers the start-up checks

        # The two registries fill themselves: what a push means and what a callback means is said by the apps.
        autodiscover_modules("pushes", "callbacks")
