"""One spelling per e-mail address, so that two systems mean the same person.

Always: surrounding blanks and `mailto:` go, the domain is lower case and in its Unicode form (`xn--` is decoded). By default the local
part is lower case too: no provider of size tells cases apart. What single providers do besides (dots, tags, second domains) is theirs to
change and therefore an option.
"""

import re
from typing import NamedTuple

import idna
from email_validator import EmailNotValidError, validate_email

GMAIL, OUTLOOK, YAHOO, ICLOUD, YANDEX = "gmail", "outlook", "yahoo", "icloud", "yandex"
ALL_PROVIDERS = frozenset((GMAIL, OUTLOOK, YAHOO, ICLOUD, YANDEX))
ANY_COUNTRY = r"(com|[a-z]{2}|co\.[a-z]{2}|com\.[a-z]{2})"
LONGEST = 254  # RFC 5321 with erratum 1690


class Provider(NamedTuple):
    """What one provider does with addresses."""

    name: str
    domains: re.Pattern[str]
    tag: str = "+"  # the rest of the local part after it is a tag
    main: str = ""  # the domain that all the others stand for


PROVIDERS = (
    Provider(GMAIL, re.compile(r"gmail\.com|googlemail\.com"), main="gmail.com"),
    Provider(OUTLOOK, re.compile(rf"(hotmail|live|outlook)\.{ANY_COUNTRY}|(msn|passport|windowslive)\.com")),
    Provider(YAHOO, re.compile(rf"(yahoo|ymail|rocketmail)\.{ANY_COUNTRY}"), tag="-"),
    Provider(ICLOUD, re.compile(r"(icloud|me|mac)\.com")),
    Provider(YANDEX, re.compile(r"yandex\.(ru|ua|kz|com|by)|ya\.ru"), tag="", main="yandex.ru"),
)


class EmailRules(NamedTuple):
    """Which differences between two addresses do not count; sets name the providers that a rule holds for."""

    lowercase: bool = True
    plus_tags: bool = True  # a tag makes another address; false: anna+shop@... is anna@... at every provider
    lowercase_at: frozenset[str] = frozenset()
    dots_removed_at: frozenset[str] = frozenset()
    tags_removed_at: frozenset[str] = frozenset()
    one_domain_at: frozenset[str] = frozenset()


CAREFUL_RULES = EmailRules()
PROVIDER_RULES = EmailRules(True, True, ALL_PROVIDERS, frozenset((GMAIL,)), ALL_PROVIDERS, frozenset((GMAIL, YANDEX)))

_ORDINARY = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.ASCII | re.IGNORECASE)
_SINGLE_DOT = re.compile(r"(?<!\.)\.(?!\.)")


def canonical_email(text: str, rules: EmailRules = CAREFUL_RULES) -> str | None:
    """The one spelling of an address; None when there is no local part or domain. Whether it can exist is `is_address`'s to say."""
    text = text.strip()
    if text[:7].lower() == "mailto:":
        text = text[7:]
    local, at, domain = text.rpartition("@")
    if not (at and local and domain):
        return None
    domain = _unicode_domain(domain.lower().rstrip("."))
    provider = next((known for known in PROVIDERS if known.domains.fullmatch(domain)), None)
    if rules.lowercase or (provider and provider.name in rules.lowercase_at):
        local = local.lower()
    if provider:
        local, domain = _as_provider(provider, local, domain, rules)
    if not rules.plus_tags:
        local = local.partition("+")[0]
    return f"{local}@{domain}" if local and domain else None


def _as_provider(provider: Provider, local: str, domain: str, rules: EmailRules) -> tuple[str, str]:
    if provider.tag and provider.name in rules.tags_removed_at:
        local = local.partition(provider.tag)[0]
    if provider.name in rules.dots_removed_at:
        local = _SINGLE_DOT.sub("", local)
    if provider.main and provider.name in rules.one_domain_at:
        domain = provider.main
    return local, domain


def _unicode_domain(domain: str) -> str:
    if "xn--" not in domain:
        return domain
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def is_address(address: str) -> bool:
    """Can mail be sent to this address, by its syntax? Ordinary ones are recognised at once, the rest by the library."""
    if len(address) <= LONGEST and _ORDINARY.fullmatch(address):
        return True
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
