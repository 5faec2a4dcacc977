"""What the alerts that come from identity itself mean. They are no rules: nothing of them can be changed but the limits in the company's file."""

from typing import Any

from streams.cli.rule_texts import Language
from streams.core.crowded_identifier import CROWDED, CROWDED_IDENTIFIER
from streams.core.shared_identifier import SHARED, SHARED_IDENTIFIER

FINDINGS = (SHARED_IDENTIFIER, CROWDED_IDENTIFIER)  # each hangs on its first identifier, not on an event
KINDS = {kind.rule: kind for kind in (SHARED, CROWDED)}
MEANS: dict[str, dict[Language, str]] = {
    SHARED_IDENTIFIER: {
        "en": "Two customers were seen with something that only one of them can own; they stay two, and one of the two records may be wrong.",
        "de": "Zwei Kunden traten mit etwas auf, das nur einer von ihnen haben kann; sie bleiben zwei, und einer der Datensätze mag falsch sein.",
    },
    CROWDED_IDENTIFIER: {
        "en": "Far more is said of this identifier than of any customer: a machine or many people have it, and what rules say of it means little.",
        "de": "Von diesem Merkmal ist weit mehr die Rede als von einem Kunden: Eine Maschine oder viele haben es; was Regeln dazu sagen, gilt wenig.",
    },
}
FIRST_STEPS: dict[str, dict[Language, str]] = {
    SHARED_IDENTIFIER: {
        "en": "redthread identity show says who they are; identity link or distinct says which it is.",
        "de": "redthread identity show sagt, wer sie sind; identity link oder distinct sagt, was stimmt.",
    },
    CROWDED_IDENTIFIER: {
        "en": "Look at whom it names. If nobody: redthread identity shared, and leave it out of the source's mapping. If one customer: raise `crowded`.",
        "de": "Nachsehen, wen es meint. Niemanden: redthread identity shared, und in der Quelle nicht mehr abbilden. Einen Kunden: `crowded` erhöhen.",
    },
}


def explained_identity(name: str, language: Language) -> dict[str, Any]:
    """Everything there is to say about one of them."""
    kind = KINDS[name]
    return {
        "name": name,
        "title": kind.title,
        "verb": "identity",
        "severity": kind.severity,
        "who": None,
        "means": MEANS[name][language],
        "first_step": FIRST_STEPS[name][language],
    }
