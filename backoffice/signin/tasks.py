"""What workers do for sign-in by themselves."""

from celery import shared_task

from backoffice.signin.services.history import forget_old


@shared_task(name="backoffice.signin.tasks.forget_old_sign_ins")
def forget_old_sign_ins() -> None:
    """Remove what is older than it may be read back."""
    while forget_old() >= 10_000:
        pass
