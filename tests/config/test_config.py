"""`redthread.yaml`: the pack under it, source files beside it, and what is said when something is wrong."""

import pytest

from schemas.strict import InvalidConfiguration
from streams.config import alerts_of, load, shipped

SOURCE = """
source: desk
department: service
input: {format: csv, files: "tickets*.csv"}
events: [{type: ticket.opened, time: at, identifiers: {crm_id: customer}, refs: {ticket: id}}]
"""


def write(folder, text, **sources):
    for name, source in sources.items():
        (folder / f"{name}.yaml").write_text(source)
    path = folder / "redthread.yaml"
    path.write_text(text)
    return path


def problems(path):
    with pytest.raises(InvalidConfiguration) as caught:
        load(path)
    return [problem.replace(f"{path.parent}/", "") for problem in caught.value.problems]


def test_a_company_of_one_line_has_the_whole_pack(tmp_path):
    loaded = load(write(tmp_path, "company: Example\n"))
    assert loaded.company.rules.keys() == shipped()["rules"].keys() == loaded.court.judges.keys()
    assert loaded.company.journeys.keys() == {"order", "ticket", "lead", "complaint"}


def test_customers_are_contacted_for_what_the_departments_of_the_company_do(tmp_path):
    loaded = load(write(tmp_path, "company: Example\ndepartments: [sales]\n"))
    assert loaded.company.contact_policy.purposes.keys() == {"sales"}
    assert shipped()["contact_policy"]["purposes"].keys() == {"promo", "survey", "service", "sales"}


def test_a_folder_stands_for_the_file_in_it(tmp_path):
    assert load(write(tmp_path, "company: Example\n").parent).path == tmp_path / "redthread.yaml"


def test_one_number_of_a_rule_is_changed_and_the_rest_of_it_stays(tmp_path):
    before = load(write(tmp_path, "company: Example\n")).company.rules["silence"]
    rule = load(write(tmp_path, "company: Example\nrules: {silence: {expect: {within: 4h}}}\n")).company.rules["silence"]
    assert rule == before.model_copy(update={"expect": before.expect.model_copy(update={"within": "4h"})})


def test_null_takes_a_field_away_and_off_switches_a_rule_off(tmp_path):
    loaded = load(write(tmp_path, "company: Example\nrules: {silence: {calendar: null}, ping_pong: off}\n"))
    assert loaded.company.rules["silence"].calendar is None
    assert "ping_pong" not in loaded.court.judges


def test_a_company_may_leave_the_pack_out(tmp_path):
    loaded = load(write(tmp_path, "company: Example\npack: none\n"))
    assert (loaded.company.rules, loaded.company.journeys, loaded.court.judges) == ({}, {}, {})


def test_sources_stand_in_files_beside_it(tmp_path):
    loaded = load(write(tmp_path, 'company: Example\nsources: ["s*.yaml"]\n', s1=SOURCE))
    assert [source.source for source in loaded.company.sources] == ["desk"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n", "redthread.yaml:1: (the document): must be a mapping that starts with company:"),
        ("company: x\npack: big\n", "redthread.yaml:1: pack: 'big' is not one of standard, none"),
        ("company: x\n\nnmae: y\n", "redthread.yaml:3: nmae: unknown field"),
        ("company: x\nrules:\n  silence:\n    severity: loud\n", "redthread.yaml:4: rules.silence.severity: Input should be"),
        (
            "company: x\nrules:\n  silence:\n    calendar: offcie\n",
            "redthread.yaml:4: rules.silence.calendar: there is no calendar 'offcie'; did you mean office?",
        ),
        (
            "company: x\njourneys:\n  order: {abandoned: 9d, opens: order.plaecd}\n",
            "redthread.yaml:3: journeys.order.opens: nobody reports 'order.plaecd'; did you mean order.placed?",
        ),
        (
            "company: x\njourneys:\n  case: {opens: ticket.opened}\n",
            "redthread.yaml:3: journeys.case.ref: 'case' is not one of the refs that make a matter: ",
        ),
        (
            "company: x\ncontact_policy:\n  unheeded: [duplicate_outraech]\n",
            "redthread.yaml:3: contact_policy.unheeded: there is no rule 'duplicate_outraech'; did you mean duplicate_outreach?",
        ),
        (
            "company: x\ncontact_policy:\n  purposes:\n    gift: {type: gift.sent, department: marketing}\n",
            "redthread.yaml:4: contact_policy.purposes.gift.type: nobody reports 'gift.sent'",
        ),
        ("company: x\nsources: [nowhere*.yaml]\n", "redthread.yaml:1: sources: no file matches 'nowhere*.yaml' in "),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_field(tmp_path, text, said):
    found = problems(write(tmp_path, text))
    assert len(found) == 1
    assert found[0].startswith(said)


def test_a_source_of_an_unknown_department_is_named(tmp_path):
    path = write(tmp_path, "company: x\nsources: [s1.yaml]\n", s1=SOURCE.replace("department: service", "department: srevice"))
    assert problems(path) == [
        "redthread.yaml:1: (the document): source desk: department 'srevice' is not declared under departments; did you mean service?"
    ]


def test_a_problem_in_a_source_file_names_that_file(tmp_path):
    path = write(tmp_path, "company: x\nsources: [s1.yaml]\n", s1=SOURCE.replace("format: csv", "format: cvs"))
    assert problems(path)[0].startswith("s1.yaml:4: input.format: Input should be 'csv'")


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert problems(tmp_path / "none.yaml")[0].startswith("none.yaml:1: there is no such file")


def test_top_level_keys_that_begin_with_x_are_left_to_anchors(tmp_path):
    assert load(write(tmp_path, "x-shared: {a: 1}\ncompany: Example\n")).company.company == "Example"


def test_a_word_or_a_calendar_that_a_rule_names_is_part_of_its_version(tmp_path):
    def versions(text):
        return alerts_of(load(write(tmp_path, f"company: Example\n{text}")).company).versions

    before, other_word, other_hours = versions(""), versions("words: {asked: call.made}\n"), versions("calendars: {office: {tz: UTC}}\n")
    changed = [{rule for rule in before if before[rule] != after[rule]} for after in (other_word, other_hours)]
    assert ("silence" in changed[0], "silence" in changed[1], "ping_pong" in changed[0] | changed[1]) == (True, True, False)


def test_purposes_of_the_pack_are_changed_field_by_field_and_taken_away(tmp_path):
    text = "company: x\ncontact_policy: {purposes: {promo: {department: sales}, survey: null}, unheeded: [too_many_contacts]}\n"
    policy = load(write(tmp_path, text)).company.contact_policy
    assert {name: (purpose.type, purpose.department) for name, purpose in policy.purposes.items()} == {
        "promo": ("campaign.sent", "sales"),
        "service": ("contact.outbound", "service"),
        "sales": ("call.made", "sales"),
    }
    assert (policy.channels, policy.unheeded) == (("mail", "phone", "sms", "post", "chat"), ("too_many_contacts",))
