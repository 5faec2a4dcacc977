"""Matters: what touchpoints of one customer are about. Connected components of their refs, named by the smallest ref."""

from collections.abc import Collection, Iterable

from schemas.touchpoint import Touchpoint

Matter = tuple[str, str]  # kind, ref


def matters(touchpoints: Iterable[Touchpoint], kinds: Collection[str]) -> dict[str, Matter]:
    """event id -> matter; a touchpoint without a ref of these `kinds` is about none."""
    parents: dict[Matter, Matter] = {}
    first: dict[str, Matter] = {}
    for touchpoint in touchpoints:
        refs = [(kind, ref) for kind, values in touchpoint.refs.items() if kind in kinds for ref in values]
        if refs:
            first[touchpoint.event_id] = refs[0]
            for other in refs[1:]:
                kept, gone = sorted((_root(parents, refs[0]), _root(parents, other)))
                parents[gone] = kept
    return {event_id: _root(parents, ref) for event_id, ref in first.items()} if parents else first


def ties(touchpoint: Touchpoint, kinds: Collection[str]) -> bool:
    """Does it make one matter of several refs?"""
    refs = touchpoint.refs
    return bool(refs) and sum(len(values) for kind, values in refs.items() if kind in kinds) > 1


def _root(parents: dict[Matter, Matter], ref: Matter) -> Matter:
    while (parent := parents.get(ref, ref)) != ref:
        parents[ref] = parents.get(parent, parent)
        ref = parent
    return ref
