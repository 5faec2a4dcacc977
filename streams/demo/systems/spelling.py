"""How people and systems spell one and the same thing: times by zone, telephone numbers, addresses."""

from datetime import UTC, datetime, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
BANGALORE = timezone(timedelta(hours=5, minutes=30))
GERMANY = "+49"


def local(at: int, zone: ZoneInfo | timezone = BERLIN) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def iso(at: int) -> str:
    """With the offset of Berlin."""
    return local(at).isoformat()


def zulu(at: int) -> str:
    """With milliseconds, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def plain(at: int | None, zone: ZoneInfo | timezone = UTC) -> str:
    """Date and time, and nobody says where."""
    return "" if at is None else f"{local(at, zone):%Y-%m-%d %H:%M:%S}"


def american(at: int | None) -> str:
    """As the American CRM writes it, in its own zone."""
    return "" if at is None else f"{local(at, NEW_YORK):%m/%d/%Y %I:%M:%S %p}"


def phone(rng: Random, e164: str) -> str:
    """A number as somebody types it."""
    national = e164.removeprefix(GERMANY)
    area, rest = national[:2], national[2:]
    return rng.choice((e164, f"0{area} {rest}", f"0049 {area} {rest}", f"+49 (0){area} / {rest}", f"0{area}-{rest[:3]} {rest[3:]}"))


def email(rng: Random, address: str) -> str:
    """An address as somebody types it."""
    chance = rng.random()
    if chance < 0.04:
        return address.upper() if address.isascii() else address.title()
    if chance < 0.06:
        return f" {address} "
    return address.replace("@büro.", "@xn--bro-hoa.") if chance < 0.5 else address
