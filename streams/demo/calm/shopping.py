"""Customers of the shop: they look around, order, get their parcels in time, and sometimes say how it was."""

from streams.demo.calm.seasons import ONLINE_HOURS, ONLINE_WEEK, STORE_HOURS, STORE_WEEK, Season
from streams.demo.happenings import WEB
from streams.demo.people import Person
from streams.demo.steps import place
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair, World

PAGES = ("/", "/sofas", "/sofas/ludwig", "/tables", "/tables/isar", "/beds", "/beds/alpsee", "/lamps", "/sale", "/stores", "/delivery")
PRODUCTS = ("Ludwig sofa", "Isar table", "Alpsee bed", "Kastanie lamp")
STORES = ("München", "Augsburg", "Nürnberg")
SESSIONS, PAGES_A_SESSION = 5.6, 4  # per customer over 90 days, at most
ORDERS = 1.1  # per shop customer over 90 days
SPEEDS = (1, 1, 1, 2, 2)  # workdays until the carrier has it, and until it is there
SCORES = (5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 1)


class Shopping:
    """What shop customers do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._online = Season(world, ONLINE_WEEK, ONLINE_HOURS, holidays=True)
        self._store = Season(world, STORE_WEEK, STORE_HOURS, holidays=False)

    def look_around(self, person: Person) -> None:
        """Visits on the web: the first ones by cookie alone, then logged in or not."""
        rng = self._world.rng
        days = self._world.days / 90
        for number, start in enumerate(sorted(self._online.draw() for _ in range(rng.randrange(round(2 * SESSIONS * days) + 1)))):
            cookie = rng.choice(person.cookies)
            known = {"user": person.user} if person.user and number and rng.random() < 0.5 else {}
            self.visit(person, start, {**known, "cookie": cookie})
            if known and rng.random() < 0.2:
                self._profile(person, start + 40, {**known, "cookie": cookie})

    def visit(self, person: Person, start: int, known: dict[str, str]) -> None:
        """Some pages, and perhaps something goes into the cart."""
        rng = self._world.rng
        affair = self._world.affair(person)
        at = start
        for _ in range(rng.randrange(1, PAGES_A_SESSION + 1)):
            affair.add("page.viewed", at, known=known, path=rng.choice(PAGES))
            at += rng.randrange(15, 240)
        if rng.random() < 0.25:
            affair.add("cart.updated", at, known=known, product=rng.choice(PRODUCTS), quantity=rng.randrange(1, 4))

    def log_in_everywhere(self, person: Person) -> None:
        """Once with every browser, so that each cookie gets to know its owner."""
        if person.user:
            for cookie in person.cookies:
                self._profile(person, self._online.draw(), {"user": person.user, "cookie": cookie})

    def _profile(self, person: Person, at: int, known: dict[str, str]) -> None:
        traits = {"name": person.name, "city": person.city}
        self._world.affair(person).add(
            "record.updated", at, system=WEB, department="online", known=known | {"email": person.email}, **traits
        )

    def go_to_the_store(self, person: Person) -> None:
        rng = self._world.rng
        for _ in range(rng.randrange(5) if person.loyalty else 0):
            at, store = self._store.draw(), rng.choice(STORES)
            affair = self._world.affair(person)
            affair.add("store.visited", at, store=store)
            if rng.random() < 0.6:
                affair.add("purchase.made", at + rng.randrange(5, 50) * MINUTE, store=store, amount=rng.randrange(300, 40_000) / 100)

    def orders(self, person: Person, until: int) -> list[tuple[Affair, int]]:
        """Orders that are over by then; each with the instant at which it was delivered."""
        rng = self._world.rng
        wanted = sum(rng.random() < ORDERS / 4 * self._world.days / 90 for _ in range(4))
        found = [self._order(person, at) for at in sorted(self._online.draw() for _ in range(wanted)) if at + 25 * DAY < until]
        return [order for order in found if order is not None]

    def order_once(self, person: Person, until: int) -> int:
        """One order before that instant, which arrives; returns when."""
        while True:
            at = self._online.draw()
            if at < until and (found := self._order(person, at)) is not None:
                return found[1]

    def _order(self, person: Person, at: int) -> tuple[Affair, int] | None:
        rng, office = self._world.rng, self._world.office
        affair = self._world.affair(person, "order")
        fails = rng.random() < 0.04
        due_days = 11 + rng.randrange(4)  # nothing takes longer than five workdays
        place(affair, at, due_days=due_days, paid=rng.randrange(30, 20 * MINUTE) if not fails else rng.randrange(3, 20) * HOUR)
        if fails:
            affair.add("payment.failed", at + 2 * MINUTE)
        if rng.random() < 0.03:
            affair.add("order.canceled", at + rng.randrange(21, 30) * HOUR)
            return None
        handed = affair.add("parcel.handed_over", office.next(at + 20 * HOUR, rng.choice(SPEEDS), 14) + rng.randrange(3 * HOUR))
        delivered = affair.add("parcel.delivered", office.next(handed, rng.choice(SPEEDS), 9) + rng.randrange(8 * HOUR))
        if rng.random() < 0.06:
            affair.add("return.received", delivered + rng.randrange(5, 12) * DAY)
        return affair, delivered

    def opinion(self, affair: Affair, delivered: int, *, calm: bool) -> None:
        """Asked after the delivery; some answer, some write a review. `calm`: nobody is unhappy, because a ticket has just been solved."""
        rng = self._world.rng
        scores = SCORES[:7] if calm else SCORES
        if rng.random() < 0.5:
            asked = affair.add("survey.sent", delivered + rng.randrange(26, 80) * HOUR)
            if rng.random() < 0.3:
                affair.add("survey.answered", asked + rng.randrange(10, 2_000) * MINUTE, score=rng.choice(scores))
        if rng.random() < 0.12:
            affair.add("review.received", delivered + rng.randrange(20, 300) * HOUR, score=rng.choice(scores))
