"""A rule as sentences: what it demands, from what it waits, and when it looks again.

They are made from the fields of the rule, never from its title, so that they cannot say something else than the rule does. Types, words
and fields stand in `backticks`, as they are written in the rule.
"""

from collections.abc import Iterator
from typing import Any

from schemas.rule import Expect, Forbid, Limit, PingPong, Rule, Select, Test
from streams.cli.rule_texts import TEXTS, UNITS, Language
from streams.core.rules.judge import Judge

SIGNS = {"is": "=", "lt": "<", "le": "≤", "gt": ">", "ge": "≥", "not": "≠"}


class Sentences:
    """What rules say, in one language."""

    def __init__(self, language: Language) -> None:
        self._texts, self._units = TEXTS[language], UNITS[language]

    def demands(self, rule: Rule) -> Iterator[str]:
        """What the rule demands."""
        for verb in (rule.expect, rule.forbid, rule.limit, rule.pingpong):
            match verb:
                case Expect():
                    yield from self._expect(verb, rule)
                case Forbid():
                    yield from self._forbid(verb)
                case Limit():
                    yield self._limit(verb)
                case PingPong():
                    yield from self._pingpong(verb)
        yield self._say("per", per=_name(rule.per) if isinstance(rule.per, str) else " + ".join(map(_name, rule.per)))
        if rule.loose:
            yield self._say("loose")

    def waits(self, judge: Judge) -> Iterator[str]:
        """Whose clocks it waits for, and when it looks again without anything new."""
        rule, span = judge.rule, judge.rule.forbid or judge.rule.limit
        if rule.judge == "settled":
            yield self._say("settled")
        if rule.expect is None and not judge.verb.sure:
            yield self._say("at_once")
        else:
            yield self._say("hears", hears=", ".join(judge.hears))
        if rule.expect is not None:
            yield self._say("wakes_due", warned=self._say("warned", warn=self.duration(rule.expect.warn)) if rule.expect.warn else "")
        elif span is not None and (span.within or span.till):
            yield self._say("wakes_over", hears=", ".join(judge.hears))
        else:
            yield self._say("wakes_sure" if judge.verb.sure else "wakes_touch")

    def selector(self, value: Any) -> str:
        """The types, what they must carry, and the names of words."""
        if isinstance(value, Select):
            where = f"{self._say('and')} ".join(self._test(name, test) for name, test in value.where.items())
            return f"{self.selector(value.type)} ({where})" if where else self.selector(value.type)
        if isinstance(value, (list, tuple)):
            return self._say("or").join(dict.fromkeys(self.selector(item) for item in value))
        return _name(str(value))

    def duration(self, text: str) -> str:
        """`8h` as a person says it."""
        number, (one, many) = text[:-1].strip(), self._units[text[-1]]
        return f"{number} {one if number == '1' else many}"

    def _say(self, key: str, **values: Any) -> str:
        return self._texts[key].format(**values)

    def _test(self, name: str, test: Any) -> str:
        written = test.model_dump(by_alias=True, exclude_none=True) if isinstance(test, Test) else {"is": test}
        parts = [f"{name} {SIGNS[key]} {self._values(bound)}" for key, bound in written.items() if key in SIGNS]
        if "exists" in written:
            parts.append(self._say("with" if written["exists"] else "without", name=name))
        return f"{self._say('and')} ".join(parts)

    def _values(self, value: Any) -> str:
        if isinstance(value, (list, tuple)):
            return self._say("or").join(map(self._values, value))
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _expect(self, verb: Expect, rule: Rule) -> Iterator[str]:
        yield self._say("expect", after=self.selector(verb.after), then=self.selector(verb.then), time=self._time(verb, rule))
        if verb.grace:
            yield self._say("grace", grace=self.duration(verb.grace))
        if verb.unless:
            yield self._say("unless", unless=self.selector(verb.unless))
        if verb.pause:
            yield self._say("pause", after=self.selector(verb.pause.after), until=self.selector(verb.pause.until))
        if verb.warn:
            yield self._say("warn", warn=self.duration(verb.warn))
        if verb.anytime:
            yield self._say("anytime", then=self.selector(verb.then))

    def _time(self, verb: Expect, rule: Rule) -> str:
        if verb.within is None:
            time = self._say("by", by=_name(verb.by or ""))
        elif rule.calendar and verb.within.endswith("d"):
            time = self._say("open_day", number=verb.within[:-1].strip(), calendar=_name(rule.calendar))
        else:
            time = self._say("within", within=self.duration(verb.within))
            time += self._say("working", calendar=_name(rule.calendar)) if rule.calendar else ""
        return time + (self._say("end_of") if verb.end_of else "")

    def _forbid(self, verb: Forbid) -> Iterator[str]:
        what = self.selector(verb.what)
        if verb.before:
            yield self._say("before", what=what, before=self.selector(verb.before))
        else:
            others = self._say("others", each=_name(verb.each)) if verb.others and verb.each else ""
            yield self._say("after", after=self.selector(verb.after), what=what, span=self._span(verb), others=others)
            if verb.each and not verb.others:
                yield self._say("told_apart", each=_name(verb.each))
                if verb.until:
                    yield self._say("own_end", until=self.selector(verb.until), each=_name(verb.each))
        if verb.grace:
            yield self._say("edge", grace=self.duration(verb.grace))
        yield from self._times(verb.times)

    def _limit(self, verb: Limit) -> str:
        words = {"what": self.selector(verb.what), "number": verb.at_most, "span": self._span(verb)}
        return self._say("limit_each", each=_name(verb.each), **words) if verb.each else self._say("limit", **words)

    def _pingpong(self, verb: PingPong) -> Iterator[str]:
        back = self._say("back", within=self.duration(verb.within)) if verb.within else ""
        yield self._say("pingpong", what=self.selector(verb.what), holder=_name(verb.holder), back=back)
        if verb.direct:
            yield self._say("direct")
        if verb.ignore:
            yield self._say("ignore", ignore=", ".join(map(str, verb.ignore)))
        yield from self._times(verb.times)
        if verb.until:
            yield self._say("anew", until=self.selector(verb.until))

    def _span(self, verb: Forbid | Limit) -> str:
        parts = [self._say("span", within=self.duration(verb.within))] if verb.within else []
        parts += [self._say("till", till=_name(verb.till))] if verb.till else []
        parts += [self._say("until", until=self.selector(verb.until))] if verb.until else []
        return self._say("and").join(parts)

    def _times(self, times: int) -> Iterator[str]:
        if times > 1:
            yield self._say("times", times=times)


def _name(word: str) -> str:
    return f"`{word}`"
