"""The customers: who they are, and by which name each system knows them.

Everybody has an e-mail address; the shop knows a login, the store a loyalty card, sales a contact record with a phone number, the web a
cookie per browser. Phone numbers come from the blocks that the German regulator keeps free for films.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

FIRST = (
    *("Anna", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hannes", "Ida", "Jonas", "Katharina", "Leon", "Mia", "Noah"),
    *("Olga", "Paul", "Quirin", "Rosa", "Sami", "Thea", "Ulf", "Vera", "Wim", "Xenia", "Yusuf", "Zoe", "Jürgen", "Günther"),
    *("Käthe", "Björn", "Sören", "Jürg", "Renée", "André", "Łukasz"),
)
LAST = (
    *("Albrecht", "Bauer", "Celik", "Dietrich", "Engel", "Fischer", "Graf", "Huber", "Imhof", "Jansen", "Keller"),
    *("Lang", "Müller", "Nowak", "Otto", "Pfeiffer", "Quandt", "Richter", "Schäfer", "Tran", "Ulrich", "Vogt"),
    *("Weiß", "Xander", "Yilmaz", "Zimmermann", "Böhm", "Grün", "Köhler", "Löwe", "Groß", "Öztürk", "Schröder"),
    *("Jäger"),
)
CITIES = ("München", "Augsburg", "Nürnberg", "Regensburg", "Würzburg", "Passau", "Ulm", "Fürth", "Landshut", "Kempten")
DOMAINS = ("example.org", "example.com", "example.net", "post.example.org", "büro.example.com")
BLOCKS = ("+498999998", "+493023125", "+496990009", "+494066969", "+492214710")
CALL_CENTRE = "+4989999980000"  # the number that a call centre shows for everybody who calls through it
PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "ł": "l"})
FIRST_NUMBER = 10_001


@dataclass(slots=True, eq=False)
class Person:
    """One customer. `calm_until`: nothing that a rule looks at happens by itself after it (None: it may at any time)."""

    number: int
    first: str
    last: str
    city: str
    born: date
    email: str
    phone: str
    user: str = ""
    crm_id: str = ""
    loyalty: str = ""
    cookies: list[str] = field(default_factory=list)
    device: str = ""
    more: list[str] = field(default_factory=list)  # further identifiers, `kind:value`
    through_call_centre: bool = False
    calm_until: int | None = None

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def identifiers(self) -> list[str]:
        """`kind:value`, normalised, of what this person alone is known by."""
        named = {"crm_id": self.crm_id, "user": self.user, "loyalty": self.loyalty, "email": self.email}
        found = [f"{kind}:{value}" for kind, value in named.items() if value]
        if self.crm_id:
            found.append(f"phone:{self.phone}")
        return [*found, *self.more]


def crowd(rng: Random, size: int) -> list[Person]:
    """So many people; nobody has an account anywhere yet."""
    return [_person(rng, number) for number in range(FIRST_NUMBER, FIRST_NUMBER + size)]


def stranger(rng: Random, person: Person) -> Person:
    """The same person, by an address that nobody has linked with the others, and without any account; it is one more of the identifiers."""
    local, _, domain = person.email.partition("@")
    address = f"{local}.{len(person.more) + 2}@{domain}"
    person.more.append(f"email:{address}")
    cookies = [f"{rng.getrandbits(96):024x}"]
    return replace(person, email=address, phone="", user="", crm_id="", loyalty="", cookies=cookies, more=[])


def _person(rng: Random, number: int) -> Person:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    index = number - FIRST_NUMBER
    return Person(
        number=number,
        first=first,
        last=last,
        city=rng.choice(CITIES),
        born=date(1950, 1, 1) + timedelta(days=rng.randrange(20_000)),
        email=f"{first}.{last}{index}@{rng.choice(DOMAINS)}".lower().translate(PLAIN).replace("buero", "büro"),
        phone=f"{BLOCKS[index % len(BLOCKS)]}{index // len(BLOCKS) + 1:03d}",
        cookies=[f"{rng.getrandbits(96):024x}"],
    )


def open_accounts(rng: Random, person: Person, *, shop: bool, crm: bool, card: bool) -> None:
    """Where this person is known; everybody is at least on the mailing list."""
    person.user = f"u{person.number}" if shop else ""
    person.crm_id = f"C-{person.number}" if crm else ""
    person.loyalty = f"29{person.number:09d}" if card else ""
    if shop and rng.random() < 0.3:  # a second browser
        person.cookies.append(f"{rng.getrandbits(96):024x}")
