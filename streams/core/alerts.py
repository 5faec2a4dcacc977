"""Findings become alerts: what happened, to whom, about what, who has to act, and on which evidence.

The content of an alert is a pure function of the customer's touchpoints, clocks and links; `streams.core.alert_changes` compares it with
what was published last. The status follows from the finding alone: *open* while it has no end, *resolved* once it has one, *held* while
its deadline has passed on the wall but the departments that could have acted have not reported that far.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from schemas.alert import Alert, Evidence, Status
from schemas.company import JourneySpec
from schemas.ids import alert_id
from schemas.rule import Rule
from schemas.touchpoint import CANARY, Touchpoint
from streams.core.evidence import shown
from streams.core.history import Matter
from streams.core.rule_versions import rule_versions
from streams.core.rules.court import Judgement
from streams.core.rules.finding import Finding
from streams.core.summary import Facts, summary
from streams.core.ties import Ties
from streams.core.upstream import Upstream

SPOKEN = frozenset({"facts", "channel", "department", "team", "source"})  # per-fields whose values name no person


class Case(NamedTuple):
    """What is known of one customer."""

    customer_id: str | None
    matters: Mapping[str, Matter]
    ties: Ties
    upstream: Upstream


class Written(NamedTuple):
    """The alert of a finding as it was written last. While rules say no more of a group, they give the same object again."""

    finding: Finding
    held: bool
    alert: Alert
    ids: frozenset[tuple[str, ...]]  # of the evidence
    lasts: bool  # is that true as long as the finding is the same, but for links between identifiers?


Memory = dict[int, Written]  # by `id` of the finding, which the entry keeps alive


class AlertBook:
    """The rules of a company, as far as their alerts are concerned."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        journeys: Mapping[str, JourneySpec],
        *,
        timezone: str,
        named: Mapping[str, Any],
    ) -> None:
        """`named`: the words and calendars that rules may name; they are part of a rule's version."""
        self._rules = rules
        self._journeys: dict[str, str] = {}
        for kind, spec in journeys.items():
            self._journeys.setdefault(spec.ref or kind, kind)  # a matter counts for the journey declared first
        self._zone = ZoneInfo(timezone)
        self.versions = rule_versions(rules, named)

    def alerts(
        self,
        customer_id: str | None,
        touchpoints: Mapping[str, Touchpoint],
        judgement: Judgement,
        links: Iterable[str] = (),
        memory: Memory | None = None,
    ) -> dict[str, Alert]:
        """alert id -> the content of every alert of one customer; `touchpoints` by event id, `links` are pairs of identifiers.

        `memory`: empty at first, to be given again with what is said of the same dossier.
        """
        if not judgement.findings and not judgement.held:
            return {}
        upstream = Upstream((*judgement.held, *judgement.findings), touchpoints)
        case = Case(customer_id, judgement.matters, Ties(links), upstream)
        known = memory or {}
        written = [self._written(finding, case, known, held=True) for finding in judgement.held]
        present = {one.alert.alert_id: one.alert for one in written}
        for finding in judgement.findings:
            written.append(self._written(finding, case, known, held=False))
            alert = written[-1].alert
            if alert.level == "broken" or alert.alert_id not in present:  # held says more than at risk
                present[alert.alert_id] = alert
        if memory is not None:
            memory.clear()
            memory.update({id(one.finding): one for one in written})
        return present

    def _written(self, finding: Finding, case: Case, known: Memory, *, held: bool) -> Written:
        """What others have found stands in no touchpoint: an alert that rests on it is written anew."""
        before = known.get(id(finding))
        if before is None or before.held is not held or not before.lasts:
            evidence = case.upstream.behind(finding.evidence)
            ids, lasts = frozenset([t.ids for t in evidence]), finding.evidence.issubset([t.event_id for t in evidence])
            return Written(finding, held, self._alert(finding, case, evidence, ids, held=held), ids, lasts)
        identifiers = case.ties.of(before.ids)
        if identifiers == before.alert.identifiers:
            return before
        return before._replace(alert=replace(before.alert, identifiers=identifiers))

    def _alert(self, finding: Finding, case: Case, evidence: Sequence[Touchpoint], ids: Iterable[tuple[str, ...]], *, held: bool) -> Alert:
        rule = self._rules[finding.rule]
        per = (rule.per,) if isinstance(rule.per, str) else tuple(rule.per)
        fields = dict(zip((field for field in per if field not in ("matter", "customer")), finding.key, strict=True))
        anchor = case.upstream.anchor(finding.anchor)
        matter = _matter(per, fields, case.matters.get(anchor.event_id))
        is_canary = any(CANARY in t.attributes for t in evidence)
        status: Status = "held" if held else "open" if finding.until is None else "resolved"
        facts = Facts(
            rule=rule,
            subject=_subject(per, fields, matter),
            status=status,
            level=finding.level,
            since=finding.since,
            until=finding.until,
            size=finding.size,
            evidence=evidence,
            hits=[case.upstream.anchor(event_id) for event_id, _ in finding.hits],
        )
        return Alert(
            alert_id=alert_id(*finding.id),
            rule=finding.rule,
            rule_version=self.versions[finding.rule],
            status=status,
            level=finding.level,
            severity="info" if is_canary else rule.severity,
            customer_id=case.customer_id,
            matter=matter,
            journey=self._journeys.get(matter.partition(":")[0], ""),
            key=finding.key,
            anchor=anchor.event_id,
            responsible=rule.who or "",
            departments=tuple(dict.fromkeys(t.department for t in evidence)),
            starts_at=finding.since,
            ends_at=finding.until,
            occurrences=finding.size,
            title=f"Canary: {rule.title}" if is_canary else rule.title,
            summary=summary(facts, self._zone),
            identifiers=case.ties.of(ids),
            evidence=tuple(Evidence(t.event_id, t.at, t.type, t.department) for t in shown(evidence)),
        )


def _matter(per: Sequence[str], fields: Mapping[str, str], matter: Matter | None) -> str:
    """What the alert is about; nothing where the rule is judged for the customer as a whole."""
    refs = [field for field in fields if field.startswith("ref.")]
    if "matter" not in per and not refs:
        return ""
    if matter is not None:
        return ":".join(matter)
    return f"{refs[0].removeprefix('ref.')}:{fields[refs[0]]}" if refs else ""


def _subject(per: Sequence[str], fields: Mapping[str, str], matter: str) -> str:
    """Who or what a sentence is about: `Ticket 9`, `Order 17 (address)`, `The customer (email)`, `Source shop`."""
    spoken = {field: value for field, value in fields.items() if field in SPOKEN}
    refs = [(field.removeprefix("ref."), value) for field, value in fields.items() if field.startswith("ref.")]
    if not refs and not matter and "customer" not in per and "matter" not in per and spoken:
        refs.append(spoken.popitem())
    kind, ref = refs[0] if refs else matter.split(":", 1) if matter else ("", "")
    subject = f"{kind.replace('_', ' ').capitalize()} {ref}" if kind else "The customer"
    return f"{subject} ({', '.join(spoken.values())})" if spoken else subject
