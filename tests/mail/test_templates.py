"""Templates that staff write: only variables, clear errors, nothing that could be executed."""

import pytest

from backoffice.accounts.models import Shop
from backoffice.errors import Conflict, InvalidInput
from backoffice.mail.models import MailTemplate
from backoffice.mail.services.kinds import MAIL_KINDS, Audience, kinds_for
from backoffice.mail.services.rendering import check_template, render_html, render_subject, render_text, safe_name
from backoffice.mail.services.templates import find_words, languages_of, own_words, save_template

NAMES = ("number", "tracking_link")


def test_variables_are_filled_in_and_lines_without_any_value_are_left_out() -> None:
    template = "Order {{ number }}\n\nTrack it: {{ tracking_link }}\n\nBye"
    assert (
        render_text(template, {"number": "7", "tracking_link": "https://a"}) == "Order 7\n\nTrack it: https://a\n\nBye"
    )
    assert render_text(template, {"number": "7", "tracking_link": ""}) == "Order 7\n\nBye"


def test_what_a_variable_stands_for_is_never_a_template() -> None:
    assert (
        render_text("{{ number }}", {"number": "{{ tracking_link }}", "tracking_link": "secret"})
        == "{{ tracking_link }}"
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{{ traking_link }}", "There is no variable “traking_link”. Did you mean “tracking_link”?"),
        ("{{ number.__class__ }}", "There is no variable “number.__class__”. Available: number, tracking_link."),
        ("{{ number|safe }}", "There is no variable “number|safe”"),
        ("{{ number", "A variable begins with {{ and ends with }} on the same line."),
        ("{% load i18n %}", "Only variables such as {{ number }} can be used."),
        ("", "This field cannot be empty."),
        ("x" * 20_001, "At most 20000 characters."),
    ],
)
def test_what_cannot_be_rendered_is_an_error_that_says_why(body: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_template("Hello", body, variables=NAMES)
    assert refused.value.errors["body"][0].startswith(words)


def test_a_subject_stays_on_one_line() -> None:
    assert (
        render_subject("Order {{ number }}", {"number": "7\r\nBcc: a@b.example\x00\u2028"})
        == "Order 7 Bcc: a@b.example"
    )
    assert len(render_subject("{{ number }}", {"number": "x" * 500})) == 200


def test_html_is_escaped_and_links_are_ours_only() -> None:
    html = render_html(
        "Hi <b>\nthere https://evil.example\n\nhttps://a.example/?x=1&y=2", links=["https://a.example/?x=1&y=2"]
    )
    assert html == (
        "<p>Hi &lt;b&gt;<br>there https://evil.example</p>\n"
        '<p><a href="https://a.example/?x=1&amp;y=2">https://a.example/?x=1&amp;y=2</a></p>'
    )
    assert "href" not in render_html("javascript:alert(1)", links=["javascript:alert(1)"])


@pytest.mark.parametrize("name", ["Win at http://evil.example", "www.evil.example", "evil.example/x"])
def test_a_name_that_advertises_a_page_is_left_out(name: str) -> None:
    assert safe_name(name) == ""
    assert safe_name("Dr. Jana Größer-O'Neil") == "Dr. Jana Größer-O'Neil"


def test_our_own_words_name_only_their_variables_in_every_language() -> None:
    assert len(MAIL_KINDS) >= 10
    for kind in MAIL_KINDS.values():
        for language in ("en", "de", "fr"):
            words = own_words(kind, language=language)
            check_template(words.subject_line, words.body, variables=kind.variables)


@pytest.mark.django_db
def test_a_shop_has_its_own_words_for_each_language() -> None:
    shop, kind = Shop.objects.create(code="WEB", name="Web", language="FR"), kinds_for(Audience.CUSTOMER)[0]
    assert languages_of(shop) == ["fr", "en", "de"]
    save_template(
        kind, shop=shop, language="fr", subject_line="Commande", body="{{ number }}", revision=0, actor="mara"
    )
    assert find_words(kind, shop=shop, language="fr").subject_line == "Commande"
    assert find_words(kind, shop=shop, language="en").row is None


@pytest.mark.django_db
def test_the_second_of_two_who_edit_is_told_and_nothing_is_overwritten() -> None:
    shop, kind = Shop.objects.create(code="WEB", name="Web"), kinds_for(Audience.CUSTOMER)[0]
    key = {"shop": shop, "language": "de", "body": "{{ number }}"}
    save_template(kind, **key, subject_line="Eins", revision=0, actor="mara")
    with pytest.raises(Conflict, match="mara has saved"):
        save_template(kind, **key, subject_line="Zwei", revision=0, actor="tom")
    assert MailTemplate.objects.get().subject_line == "Eins"
    save_template(kind, **key, subject_line="Zwei", revision=1, actor="tom")
    assert MailTemplate.objects.get().subject_line == "Zwei"
