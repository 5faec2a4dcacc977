"""The same events give byte-identical exports, however they come and however the work is cut up."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.suite.conftest import EXAMPLES
from tests.suite.runners import Outcome, Runner, Way
from tests.suite.samples import Pieces, cut, incidents, marketplace, shuffled, twice

pytestmark = [pytest.mark.data, pytest.mark.server]


class Story(NamedTuple):
    """A company, its files in pieces, and what comes of them."""

    company: Path
    files: tuple[Pieces, ...]
    outcome: Outcome


def incidents_company(folder: Path) -> Path:
    """That of the example, judged by all shipped rules too."""
    own = (EXAMPLES / "bpic2013" / "redthread.yaml").read_text(encoding="utf-8")
    company = folder / "redthread.yaml"
    company.write_text(own.replace("pack: none", "pack: standard"), encoding="utf-8")
    return company


@pytest.fixture(scope="module", params=["incidents", "marketplace"])
def story(request: pytest.FixtureRequest, runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A piece of each public data set, run once in its own order."""
    folder = tmp_path_factory.mktemp("plain")
    company, sample = {
        "incidents": (incidents_company(folder), incidents),
        "marketplace": (EXAMPLES / "olist" / "redthread.yaml", marketplace),
    }[request.param]
    files = sample()
    return Story(company, files, runner.run(company, [file.write(folder) for file in files]))


def assert_same(outcome: Outcome, expected: Outcome) -> None:
    """The same bytes in every export; what differs is shown."""
    assert outcome.difference(expected) == []
    assert outcome == expected


def test_the_sample_says_something(story: Story):
    """An empty export would be invariant too."""
    rules, resolved, customers = story.outcome.query("""
    SELECT uniqExact(rule), countIf(status = 'resolved'), (SELECT count() FROM customers) FROM alerts
    """)[0]
    assert rules >= 3
    assert min(resolved, customers) > 100


def test_shuffled_records_change_nothing(story: Story, runner: Runner, tmp_path: Path):
    assert_same(runner.run(story.company, shuffled(story.files, tmp_path, seed=1)), story.outcome)


def test_files_sent_twice_change_nothing_and_every_duplicate_is_recorded(story: Story, runner: Runner, tmp_path: Path):
    outcome = runner.run(story.company, twice(story.files, tmp_path))
    assert_same(outcome, story.outcome)
    once, again = story.outcome.accounting(), outcome.accounting()
    assert again == once | {
        "records": 2 * once["records"],
        "touchpoints": 2 * once["touchpoints"],
        "duplicates": 2 * once["touchpoints"] - once["timeline_rows"],
    }
    assert again["touchpoints"] == again["timeline_rows"] + again["duplicates"]


def test_files_in_four_parts_in_any_order_change_nothing(story: Story, runner: Runner, tmp_path: Path):
    assert_same(runner.run(story.company, cut(story.files, tmp_path, seed=2)), story.outcome)


@pytest.mark.parametrize(
    "way",
    [Way(partitions=1), Way(partitions=7, epoch_records=997)],
    ids=["one partition", "seven partitions and small epochs"],
)
def test_how_the_work_is_cut_changes_nothing(story: Story, runner: Runner, tmp_path: Path, way: Way):
    assert_same(runner.run(story.company, [file.write(tmp_path) for file in story.files], way=way), story.outcome)


@pytest.mark.parametrize(
    "parts",
    [lambda files, folder: cut(files, folder, 5), lambda files, folder: cut(files, folder, 6, parts=2)[::-1]],
    ids=["four parts", "two parts"],
)
def test_verdicts_in_between_change_nothing_at_the_end(
    story: Story, runner: Runner, tmp_path: Path, parts: Callable[[Sequence[Pieces], Path], list[Path]]
):
    """The clocks are closed after every file: alerts are raised that later files take back."""
    outcome = runner.run(story.company, parts(story.files, tmp_path), way=Way(partitions=5, epoch_records=1_000, tick_after_each=True))
    assert_same(outcome, story.outcome)
