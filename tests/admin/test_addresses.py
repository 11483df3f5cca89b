"""The addresses of staff pages stay, wherever the code of an app is kept."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

# As they were when all models of a package had its name for a label.
BACKOFFICE = {
    "apikey", "auditentry", "callback", "drift", "integration", "job", "policyreport", "privacyrequest", "push",
    "retentionrule", "shop", "vendoraccount", "webhookdelivery", "webhookendpoint",
}  # fmt: skip
ORDERS = {
    "complaint", "customer", "draftorder", "enquiry", "exportbatch", "importedorder", "mailcampaign", "mention",
    "notice", "optout", "order", "orderexport", "orderimport", "rule", "rulecall", "strayorder", "wooconnection",
    "woomessage", "wooproduct", "wooproducttable", "woosending",
}  # fmt: skip


def address_of(model: str) -> str:
    [label] = {one._meta.app_label for one in admin.site._registry if one._meta.model_name == model}
    return reverse(f"admin:{label}_{model}_changelist")


@pytest.mark.parametrize(("package", "models"), [("backoffice", BACKOFFICE), ("orders", ORDERS)])
def test_a_model_is_found_below_its_package(package: str, models: set[str]) -> None:
    assert {address_of(model) for model in models} == {f"/admin/{package}/{model}/" for model in models}


def test_the_page_of_a_package_lists_the_models_of_all_its_apps(admin_client: Client) -> None:
    for package, models in {"backoffice": BACKOFFICE, "orders": ORDERS}.items():
        page = admin_client.get(f"/admin/{package}/")
        [app] = page.context["app_list"]
        assert {model["object_name"].lower() for model in app["models"]} == models
    assert admin_client.get("/admin/nowhere/").status_code == 404
