"""Identifiers in the one form in which they are compared, before anything else sees them.

Text is trimmed, composed (NFC) and freed of control and invisible characters; e-mail addresses get one spelling; phone numbers become E.164.
A *blocked* value identifies nobody (`null`, `guest`, zeros, the company's own addresses, what its kind lists, what is no address or number
at all) and is left out. Personal kinds become keyed hashes, so that streams, logs and tables never hold the value.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from hmac import digest
from typing import Any

import phonenumbers

from schemas.company import Company, IdentifierKind
from streams.sources.emails import PROVIDER_RULES, EmailRules, canonical_email, is_address

TOKEN_BYTES = 16  # 128 bits: no two of 10^12 values share a token by chance
LONGEST = 512  # characters of an identifier or ref; real ones are shorter, longer ones are pieces of text
SHORTEST_NUMBER, LONGEST_NUMBER = 6, 15  # digits with the country code: Iran's short ones, and the limit of E.164
REMEMBERED = 200_000  # normalised values kept, about 50 MB; the next one empties the memory

BLOCKED = frozenset(
    [
        *("-1", "id", "null", "none", "nil", "nan", "void", "undefined", "unknown", "anonymous", "anon", "guest", "visitor", "user"),
        *("customer", "test", "tbd", "tba", "unbekannt", "anonym", "gast", "kunde", "ohne", "keine", "keine angabe", "k.a.", "n/a"),
        *("n.a.", "na", "#n/a", "#na", "not set", "(not set)", "not available", "not provided", "(not provided)", "not_authenticated"),
        *("distinct_id", "distinctid", "true", "false", "yes", "no", "email", "e-mail", "no email", "phone", "(none)", "(null)"),
        *("(unknown)", "<null>", "[null]", "\\n", "[object object]"),
    ]
)
BLOCKED_LOCAL_PARTS = frozenset(  # addresses of machines
    [
        "noreply",
        "no-reply",
        "no_reply",
        "donotreply",
        "do-not-reply",
        "mailer-daemon",
        "postmaster",
        "abuse",
        "null",
        "none",
        "unknown",
        "nomail",
        "noemail",
    ]
)

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
_TOKEN = re.compile(f"[0-9a-f]{{{2 * TOKEN_BYTES}}}")
_NOTHING = re.compile(r"[\W_0]*")  # zeros and punctuation alone: 000-000, 00000000-0000-0000-0000-000000000000


def clean(value: Any) -> str:
    """An id as text: trimmed, composed, without control or invisible characters; raises `ValueError` for what is no id."""
    text: str = value if value.__class__ is str else _as_text(value)
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = text.strip()
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return text


def _as_text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**LONGEST:
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # JavaScript and pandas write 17 as 17.0
    if isinstance(value, str):
        return str(value)
    raise ValueError(f"is neither text nor a whole number but {type(value).__name__}")


def is_blocked(text: str) -> bool:
    """Is this one of the words that systems write when they do not know who it was?"""
    return text.casefold() in BLOCKED or _NOTHING.fullmatch(text) is not None


def canonical_phone(text: str, region: str | None) -> str | None:
    """E.164; None for what is no number. Extensions go: they reach a desk, not a person.

    Only the length is judged, not the numbering plan: plans change (Benin went from 8 digits to 10), customers stay the same.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = str(number.national_number)
    is_made_up = len(set(national)) == 1  # 000 000, 999 9999
    return e164 if SHORTEST_NUMBER < len(e164) <= LONGEST_NUMBER + 1 and not is_made_up else None


class Identifiers:
    """The company's kinds of identifier, made ready: (kind, value) -> `kind:value`, or None for a value that identifies nobody."""

    def __init__(self, company: Company, secret: bytes) -> None:
        self.kinds: Mapping[str, IdentifierKind] = company.kinds
        self._country = company.country
        self._secret = secret
        rules = PROVIDER_RULES if company.mail_providers else EmailRules()
        self._email_rules = rules._replace(plus_tags=company.plus_tags)
        self._forms: dict[str, Callable[[str, str], str | None]] = {
            "text": lambda text, _region: text,
            "lower": lambda text, _region: text.lower(),
            "email": self._email,
            "phone": self._phone,
        }
        self._blocked = {name: frozenset(clean(value).casefold() for value in kind.blocked) for name, kind in self.kinds.items()}
        self._own: frozenset[str] = frozenset()
        self._own = frozenset(self._own_addresses(company.own_addresses))
        self._known: dict[tuple[str, Any, str], str | None] = {}

    def identifier(self, kind: str, value: Any, region: str | None = None) -> str | None:
        """`kind:value` of a declared kind, a keyed hash when it is personal; None when blocked; `ValueError` for what is no id."""
        if value.__class__ is bool:  # true == 1 would be remembered as one
            raise ValueError("is neither text nor a whole number but bool")
        key = (kind, value, region or self._country)
        try:
            return self._known[key]
        except KeyError:
            pass
        except TypeError:
            raise ValueError(f"is neither text nor a whole number but {type(value).__name__}") from None
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[key] = made = self._make(kind, clean(value), key[2])
        return made

    def lookups(self, value: str) -> tuple[str, ...]:
        """Every identifier that a plain value may stand for, strongest kind first: what a person types into a search."""
        named, colon, rest = value.partition(":")
        if colon and named in self.kinds:
            found = [self.identifier(named, rest), value]
        else:
            found = [self.identifier(kind, value) for kind in self.by_strength(self.kinds)]
        return tuple(dict.fromkeys(identifier for identifier in found if identifier))

    def is_known(self, identifier: str) -> bool:
        """Is this, as it stands, what `identifier` could have made?"""
        kind, _, value = identifier.partition(":")
        spec = self.kinds.get(kind)
        if spec is None:
            return False
        return _TOKEN.fullmatch(value) is not None if spec.personal else self.identifier(kind, value) == identifier

    def by_strength(self, kinds: Iterable[str]) -> list[str]:
        """Kinds, strongest first."""
        return sorted(kinds, key=lambda kind: (-self.kinds[kind].strength, kind))

    def _make(self, kind: str, text: str, region: str) -> str | None:
        spec = self.kinds[kind]
        if is_blocked(text) or text.casefold() in self._blocked[kind]:
            return None
        value = self._forms[spec.form](text, region)
        if not value or value in self._own or value.casefold() in self._blocked[kind]:
            return None
        return f"{kind}:{self.token(kind, value) if spec.personal else value}"

    def token(self, kind: str, value: str) -> str:
        """The keyed hash (HMAC-SHA-256, 128 bits) of a normalised value."""
        return digest(self._secret, f"{kind}:{value}".encode("utf-8", "surrogatepass"), "sha256")[:TOKEN_BYTES].hex()

    def _email(self, text: str, _region: str) -> str | None:
        address = canonical_email(text, self._email_rules)
        if address is None or not is_address(address):
            return None
        local, _, domain = address.rpartition("@")
        if local in BLOCKED_LOCAL_PARTS or any(domain == own or domain.endswith("." + own) for own in self._own):
            return None
        return address

    def _phone(self, text: str, region: str) -> str | None:
        return canonical_phone(text, region)

    def _own_addresses(self, written: Iterable[str]) -> Iterable[str]:
        """Addresses and domains in their one spelling, numbers as E.164."""
        for text in written:
            if "@" in text:
                yield canonical_email(text, self._email_rules) or text
            else:
                yield canonical_phone(text, self._country) or text.lower()
