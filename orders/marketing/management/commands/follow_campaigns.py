"""manage.py follow_campaigns: ask the vendor of cards how payments, cards and scans stand, and find what was bought."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.marketing.models import MailCampaign
from orders.marketing.models.campaign import SPENT_STATES
from orders.marketing.services.campaigns.following import follow_campaigns


class Command(BaseCommand):
    help = "Reads how card campaigns fare, due or not, finds what recipients bought, and lists what needs a person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--due", action="store_true", help="only what is due, as the schedule does it")

    def handle(self, *args: Any, **options: Any) -> None:
        done = follow_campaigns(at_once=not options["due"])
        self.stdout.write(str(done))
        for campaign in MailCampaign.objects.filter(state__in=SPENT_STATES).order_by("pk"):
            text = f"#{campaign.pk} {campaign.name}: {campaign.get_state_display()}, order {campaign.vendor_id}"
            self.stdout.write(f"{text}, {campaign.accepted} cards, {campaign.scans} scans")
        for campaign in MailCampaign.objects.exclude(problem="").order_by("pk"):
            self.stdout.write(self.style.WARNING(f"#{campaign.pk} {campaign.name}: {campaign.problem}"))
        if done.stopped:
            raise CommandError("The vendor stopped answering; what was reached is applied.")
