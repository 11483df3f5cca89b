"""Webhooks: what we subscribe to is listed, ends, and keeps its secret."""

from typing import Any

import pytest

from backoffice.vendors import abilities
from backoffice.vendors.errors import VendorAmbiguous, VendorNotFound
from tests.vendors.connections import Outside
from tests.vendors.contract.profile import Profile
from tests.vendors.contract.registry import each_with

URL = "http://127.0.0.1:9/callbacks/{vendor}/{topic}/"
managing = each_with(abilities.ManagesWebhooks)


@managing
def test_what_can_be_subscribed_to_is_among_the_topics_that_are_read(vendor: Any) -> None:
    assert set(vendor.WEBHOOK_TOPICS) <= set(vendor.CALLBACK_TOPICS)
    assert len(set(vendor.WEBHOOK_TOPICS.values())) == len(vendor.WEBHOOK_TOPICS)
    assert vendor.SIGNS_CALLBACKS


@managing
def test_a_webhook_is_made_listed_read_and_ended_for_good(vendor: Any) -> None:
    for ours, theirs in vendor.WEBHOOK_TOPICS.items():
        url = URL.format(vendor=vendor.name, topic=ours)
        made = vendor.create_webhook(topic=theirs, url=url)
        assert (made.topic, made.url) == (theirs, url)
        assert made.secret
        assert made.vendor_id in {webhook.vendor_id for webhook in vendor.list_webhooks()}
        assert vendor.read_webhook(made.vendor_id) == made
        vendor.delete_webhook(made.vendor_id)
        assert made.vendor_id not in {webhook.vendor_id for webhook in vendor.list_webhooks()}
        for call in (vendor.read_webhook, vendor.delete_webhook):
            with pytest.raises(VendorNotFound):
                call(made.vendor_id)


@managing
def test_a_webhook_whose_answer_was_lost_is_in_the_list(vendor: Any, sandbox: Any, profile: Profile) -> None:
    [topic, *_] = vendor.WEBHOOK_TOPICS.values()
    url = URL.format(vendor=vendor.name, topic="lost")
    sandbox.faults.add("cut_after", vendor=profile.app, method="POST", times=1)
    with pytest.raises(VendorAmbiguous):
        vendor.create_webhook(topic=topic, url=url)
    [found] = [webhook for webhook in vendor.list_webhooks() if webhook.url == url]
    assert found.topic == topic
    vendor.delete_webhook(found.vendor_id)


@managing
def test_its_secret_is_in_no_record(vendor: Any, outside: Outside) -> None:
    [topic, *_] = vendor.WEBHOOK_TOPICS.values()
    made = vendor.create_webhook(topic=topic, url=URL.format(vendor=vendor.name, topic="secret"))
    vendor.list_webhooks()
    vendor.read_webhook(made.vendor_id)
    vendor.delete_webhook(made.vendor_id)
    assert len(outside.exchanges) == 4
    assert made.secret not in repr(outside.exchanges)


@managing
def test_a_list_that_shows_no_secret_is_read_too(vendor: Any, sandbox: Any, profile: Profile) -> None:
    [topic, *_] = vendor.WEBHOOK_TOPICS.values()
    made = vendor.create_webhook(topic=topic, url=URL.format(vendor=vendor.name, topic="shy"))
    words = {r',"secret":"[^"]*"': ""}
    sandbox.faults.add("reworded", vendor=profile.app, method="GET", path="webhooks$", words=words)
    [shown] = [webhook for webhook in vendor.list_webhooks() if webhook.vendor_id == made.vendor_id]
    assert shown.secret == ""
    vendor.delete_webhook(made.vendor_id)
