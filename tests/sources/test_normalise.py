"""Real vectors for addresses and numbers, and what blocks an identifier."""

import csv
import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.company import Company
from streams.sources.emails import GMAIL, ICLOUD, OUTLOOK, PROVIDER_RULES, YAHOO, YANDEX, EmailRules, canonical_email, is_address
from streams.sources.normalise import LONGEST, REMEMBERED, Identifiers, canonical_phone, clean, is_blocked
from tests.data import shared_data

SECRET = b"a secret of the company"
OPTIONS = {  # validator.js -> the rule and the provider that it holds for
    "gmail_lowercase": ("lowercase_at", GMAIL),
    "outlookdotcom_lowercase": ("lowercase_at", OUTLOOK),
    "yahoo_lowercase": ("lowercase_at", YAHOO),
    "icloud_lowercase": ("lowercase_at", ICLOUD),
    "yandex_lowercase": ("lowercase_at", YANDEX),
    "gmail_remove_dots": ("dots_removed_at", GMAIL),
    "gmail_remove_subaddress": ("tags_removed_at", GMAIL),
    "outlookdotcom_remove_subaddress": ("tags_removed_at", OUTLOOK),
    "yahoo_remove_subaddress": ("tags_removed_at", YAHOO),
    "icloud_remove_subaddress": ("tags_removed_at", ICLOUD),
    "gmail_convert_googlemaildotcom": ("one_domain_at", GMAIL),
    "yandex_convert_yandexru": ("one_domain_at", YANDEX),
}


def identifiers(**company) -> Identifiers:
    return Identifiers(Company.model_validate({"company": "test", **company}), SECRET)


def rules_of(options: dict[str, bool]) -> EmailRules:
    rules = PROVIDER_RULES._replace(lowercase=options.get("all_lowercase", True))
    for name, wanted in options.items():
        if name in OPTIONS and not wanted:
            rule, provider = OPTIONS[name]
            rules = rules._replace(**{rule: getattr(rules, rule) - {provider}})
    return rules


@pytest.mark.data
def test_all_98_pairs_of_validator_js_come_out_as_it_says():
    pairs = json.loads((shared_data("normalisation") / "validatorjs_normalize_email.json").read_text(encoding="utf-8"))
    assert len(pairs) == 98
    assert [canonical_email(pair["input"], rules_of(pair["options"])) or False for pair in pairs] == [pair["expected"] for pair in pairs]


@pytest.mark.data
def test_all_1144_example_numbers_become_their_e164_form():
    with (shared_data("normalisation") / "phone_examples.csv").open(encoding="utf-8") as file:
        examples = list(csv.DictReader(file))
    assert len(examples) == 1144
    assert [_phone(row) for row in examples] == [row["e164"] for row in examples]


def _phone(row: dict[str, str]) -> str | None:
    """Region 001 stands for numbers of no country, which have no national form."""
    abroad = row["region"] == "001"
    return canonical_phone(f"+{row['country_code']}{row['national_number']}" if abroad else row["national_number"], row["region"])


@pytest.mark.data
def test_no_address_that_isemail_calls_an_error_is_taken_for_one():
    tests = ET.parse(shared_data("normalisation") / "isemail_tests.xml").getroot().iter("test")
    wrong = [test.findtext("address") or "" for test in tests if test.findtext("category") == "ISEMAIL_ERR"]
    assert len(wrong) > 50
    accepted = [address for address in map(_controls, wrong) if is_address(canonical_email(address) or "")]
    assert [address for address in accepted if address.strip().rstrip(".") == address] == []
    assert len(accepted) == 17  # nothing is wrong with them but blanks around them, or the dot at the end of a full domain name


def _controls(address: str) -> str:
    """The vectors show control characters as their pictures (U+2400 on)."""
    return "".join(chr(ord(letter) - 0x2400) if 0x2400 <= ord(letter) <= 0x2420 else letter for letter in address)


@pytest.mark.parametrize(
    ("kind", "written", "identifier"),
    [
        ("crm_id", " C-17 ", "crm_id:C-17"),
        ("crm_id", 17, "crm_id:17"),
        ("crm_id", 17.0, "crm_id:17"),
        ("crm_id", "C-17\x00\x1f\u200b", "crm_id:C-17"),
        ("crm_id", "cafe\u0301", "crm_id:caf\u00e9"),
        ("crm_id", "a:b", "crm_id:a:b"),
        ("crm_id", "NULL", None),
        ("crm_id", "0000-0000", None),
        ("crm_id", "00000000-0000-0000-0000-000000000000", None),
        ("crm_id", "", None),
        ("crm_id", "\x00", None),
        ("crm_id", "-1", None),
        ("crm_id", "Guest", None),
        ("loyalty", "9999", None),
        ("loyalty", "9998", "loyalty:9998"),
        ("nick", "AnNa", "nick:anna"),
    ],
)
def test_an_identifier_is_trimmed_composed_and_blocked(kind, written, identifier):
    kinds = {"loyalty": {"strength": 50, "blocked": ["9999"]}, "nick": {"strength": 2, "form": "lower"}}
    assert identifiers(identifiers=kinds).identifier(kind, written) == identifier


@pytest.mark.parametrize(
    ("spellings", "same"),
    [
        (["Anna@Example.org", " anna@example.org ", "mailto:anna@example.ORG", "anna@example.org."], True),
        (["anna@bücher.example", "anna@xn--bcher-kva.example", "ANNA@BÜCHER.example"], True),
        (["anna@example.org", "anna+shop@example.org"], False),
        (["an.na@gmail.com", "anna@gmail.com"], False),
    ],
)
def test_spellings_of_one_address_give_one_token(spellings, same):
    tokens = {identifiers().identifier("email", text) for text in spellings}
    assert None not in tokens
    assert (len(tokens) == 1) is same


def test_options_decide_about_tags_and_about_what_providers_ignore():
    assert len({identifiers(plus_tags=False).identifier("email", text) for text in ("anna@x.org", "anna+shop@x.org")}) == 1
    relaxed = identifiers(mail_providers=True)
    assert len({relaxed.identifier("email", text) for text in ("an.na@gmail.com", "anna+x@googlemail.com", "ANNA@gmail.com")}) == 1


@pytest.mark.parametrize(
    "address", ["no at sign", "@x.org", "a@", "a b@x.org", "a@b", "noreply@shop.example", "postmaster@x.org", "a..b@x.org", "a@x_y.org"]
)
def test_what_is_no_address_or_a_robots_identifies_nobody(address):
    assert identifiers().identifier("email", address) is None


def test_unusual_but_real_addresses_are_kept():
    assert is_address('"anna b"@example.org') is False  # quoted local parts are real only on paper
    assert is_address("o'neil@example.org") is True
    assert is_address("anna@münchen.example") is True
    assert canonical_email("anna@xn--\udcff.example") == "anna@xn--\udcff.example"


def test_the_companys_own_addresses_identify_no_customer():
    own = identifiers(own_addresses=["Info@shop.example", "mail.example", "030 901820", "not@"])
    written = [("email", "info@shop.example"), ("email", "anna@mail.example"), ("email", "a@de.mail.example"), ("phone", "+49 30 901820")]
    assert [own.identifier(kind, value) for kind, value in written] == [None] * 4
    assert own.identifier("email", "anna@shop.example") is not None


def test_a_phone_number_is_read_in_its_region_and_an_impossible_one_identifies_nobody():
    some = identifiers()
    assert some.identifier("phone", "030 901820") == some.identifier("phone", "+49 30 90 18 20 ext. 5")
    assert some.identifier("phone", "020 7946 0958", "GB") == some.identifier("phone", "+442079460958")
    assert [some.identifier("phone", text) for text in ("123", "call me", "+49 1", "9999 999")] == [None] * 4


def test_personal_kinds_are_keyed_hashes_of_128_bits_and_others_are_plain():
    token = identifiers().identifier("email", "anna@example.org")
    assert token is not None
    assert len(token) == len("email:") + 32
    assert token != Identifiers(Company(company="test"), b"another secret").identifier("email", "anna@example.org")
    assert identifiers().identifier("loyalty", "L-1") == "loyalty:L-1"


def test_a_plain_value_is_looked_up_as_every_kind_that_it_can_be():
    some = identifiers()
    assert some.lookups("crm_id:C-17") == ("crm_id:C-17",)
    assert some.lookups("anna@example.org")[:3] == ("crm_id:anna@example.org", "user:anna@example.org", "loyalty:anna@example.org")
    assert some.identifier("email", "anna@example.org") in some.lookups("anna@example.org")
    assert some.lookups("email:abc") == ("email:abc",)


@pytest.mark.parametrize("value", [True, 1.5, None, ["a"], {"a": 1}, b"a", "x" * (LONGEST + 1), float("inf"), 10**600])
def test_what_is_no_id_is_an_error(value):
    with pytest.raises(ValueError, match=r"is neither text nor a whole number|is longer than"):
        identifiers().identifier("crm_id", value)


def test_the_memory_of_normalised_values_is_bounded():
    some = identifiers()
    some._known = dict.fromkeys(((str(number), "", "") for number in range(REMEMBERED)), None)
    assert some.identifier("crm_id", "C-1") == "crm_id:C-1"
    assert len(some._known) == 1


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    once = clean(text[:LONGEST])
    assert clean(once) == once
    assert not any(letter in once for letter in "\x00\x1f\x7f")
    assert is_blocked(once) in (True, False)


@given(st.text())
def test_canonical_addresses_stay_as_they_are(text):
    once = canonical_email(text + "@example.org", PROVIDER_RULES)
    assert once is None or canonical_email(once, PROVIDER_RULES) == once or "@" in text or text.lower().startswith("mailto:")
