"""Documentation in reports: what a tool returned is marked, and nothing else changes."""

from collections.abc import Iterable, Iterator

import pytest

from agents.looking_up import look_up
from graph.runs import assess
from state.grades import Documentation, Finding, FindingEffect, Severity
from state.judgements import Layer
from state.objectives import Objectives
from state.report import Report
from state.store import Store
from tests.graph.fakes import CountingAccount, request, snapshot
from tools.checks import all_checks
from tools.docs.pages import DocumentationFailed, Library, Page
from tools.docs.servers import embedded
from tools.docs.shelf import Shelf

HOUR = Objectives(rto_seconds=3600, rpo_seconds=1800)
SEEN = snapshot(request())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Two databases without a standby, to be back within an hour."""
    with Store(f"sqlite:///{tmp_path_factory.mktemp('store')}/s.db") as store:
        return assess(store, request(), HOUR, CountingAccount())


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf([embedded]) as opened:
        yield opened


def quiet(*_: object) -> None:
    pass


def proposal(title: str = "A queue named xyzzy has no dead-letter queue") -> Finding:
    return Finding(
        id="model.0123abcd",
        key="model.0123abcd",
        title=title,
        resource="arn:aws:sqs:eu-west-1:123456789012:xyzzy",
        resources=("arn:aws:sqs:eu-west-1:123456789012:xyzzy",),
        resource_type="AWS::SQS::Queue",
        category="SINGLE_POINT_OF_FAILURE",
        severity=Severity.HIGH,
        layer=Layer.CONTINUOUS_IMPROVEMENT,
        status="PROPOSED",
        effect=FindingEffect(rto_seconds=60.0, rpo_seconds=0.0),
        origin="model",
        rationale="",
        evidence=(),
        recommendation="Add a dead-letter queue.",
        documentation=(),
    )


class Scripted:
    """Returns what it is told to, and remembers what it was asked."""

    name, pause = "scripted", 0.0

    def __init__(self, *pages: Page) -> None:
        self.pages = list(pages)
        self.asked: list[str] = []

    def ready(self) -> None:
        pass

    def search(self, phrase: str, limit: int) -> list[Page]:
        self.asked.append(phrase)
        return self.pages

    def read(self, url: str) -> str:
        raise DocumentationFailed("not asked here")

    def stop(self) -> None:
        pass

    def close(self) -> None:
        pass


class Failing(Scripted):
    """Fails at every search after the first few."""

    def __init__(self, good: int = 0) -> None:
        super().__init__()
        self.good = good

    def search(self, phrase: str, limit: int) -> list[Page]:
        super().search(phrase, limit)
        if len(self.asked) > self.good:
            raise DocumentationFailed("scripted: out of order")
        return []


def looked_up(report: Report, *libraries: Library) -> Report:
    with Shelf([lambda each=each: each for each in libraries]) as opened:  # type: ignore[misc]  # mypy cannot infer a lambda's default
        return look_up(report, SEEN, opened, quiet)


def without_links(report: Report) -> str:
    def bare(findings: Iterable[Finding]) -> list[Finding]:
        return [each.model_copy(update={"documentation": ()}) for each in findings]

    return report.model_copy(
        update={
            "findings": bare(report.findings),
            "proposals": bare(report.proposals),
            "documentation": None,
        }
    ).model_dump_json()


def test_every_link_of_the_catalogue_comes_back_from_the_embedded_server(
    report: Report, shelf: Shelf
) -> None:
    after = look_up(report, SEEN, shelf, quiet)
    assert len(after.findings) > 3
    for old, new in zip(report.findings, after.findings, strict=True):
        known = new.documentation[: len(old.documentation)]
        assert [(k.title, k.url) for k in known] == [(k.title, k.url) for k in old.documentation]
        assert {(k.source, k.server) for k in new.documentation} == {("mcp", "embedded")}
        assert len(new.documentation) <= len(old.documentation) + 1
    assert after.documentation
    assert after.documentation.servers == ["embedded"]
    assert after.documentation.calls > 0
    assert (after.documentation.left, after.documentation.troubles) == (0, [])


def test_nothing_but_links_changes(report: Report, shelf: Shelf) -> None:
    assert without_links(look_up(report, SEEN, shelf, quiet)) == without_links(report)


def test_the_same_run_gives_the_same_links(report: Report) -> None:
    assert looked_up(report, embedded()) == looked_up(report, embedded())


def test_a_further_page_joins_where_it_is_on_the_topic(report: Report, shelf: Shelf) -> None:
    after = look_up(report, SEEN, shelf, quiet)
    single = next(each for each in after.findings if each.id == "rds.instance_single_az")
    assert [link.title for link in single.documentation] == [
        "Multi-AZ DB instance deployments",
        "Failing over a Multi-AZ DB instance for Amazon RDS",
    ]


def test_a_proposal_is_looked_up_by_common_words_alone(report: Report) -> None:
    library = Scripted()
    looked_up(report.model_copy(update={"findings": [], "proposals": [proposal()]}), library)
    assert library.asked == ["sqs A queue has no dead-letter queue"]


def test_a_proposal_without_a_link_gets_one(report: Report, shelf: Shelf) -> None:
    with_proposal = report.model_copy(update={"proposals": [proposal()]})
    (found,) = look_up(with_proposal, SEEN, shelf, quiet).proposals
    (link,) = found.documentation
    assert "dead-letter" in link.title
    assert "/SQSDeveloperGuide/" in link.url
    assert (link.source, link.server) == ("mcp", "embedded")


def test_no_query_names_what_is_in_the_account(report: Report) -> None:
    library = Scripted()
    looked_up(report, library)
    assert library.asked
    assert not [q for q in library.asked if "db0" in q or "123456789012" in q or "shop" in q]


def test_a_page_that_misses_the_point_is_not_linked(report: Report) -> None:
    elsewhere = Page(
        title="Troubleshoot IAM roles",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html",
        source="scripted",
    )
    after = looked_up(report, Scripted(elsewhere))
    assert [f.documentation for f in after.findings] == [f.documentation for f in report.findings]
    assert after.documentation
    assert after.documentation.pages == 1


def test_the_same_page_in_another_book_is_not_linked_twice(report: Report) -> None:
    link = report.findings[0].documentation[0]
    again = Page(title=link.title.upper(), url=f"{link.url}#again", source="scripted")
    after = looked_up(report.model_copy(update={"findings": report.findings[:1]}), Scripted(again))
    (linked,) = after.findings[0].documentation
    assert linked == link.model_copy(update={"source": "mcp", "server": "scripted"})


def test_a_server_that_fails_leaves_the_report_as_it_was(report: Report) -> None:
    after = looked_up(report, Failing())
    assert after.findings == report.findings
    assert after.documentation
    assert after.documentation.troubles == ["scripted: out of order"]
    assert after.documentation.left == len(report.findings)
    assert after.documentation.servers == []


def test_what_was_looked_up_before_a_failure_stays(report: Report) -> None:
    after = looked_up(report, Failing(good=2))
    assert after.documentation
    assert after.documentation.left == len(report.findings) - 2
    assert after.documentation.calls == 4, "two that went well, and two before it was given up"


def test_the_embedded_server_stands_in_for_one_that_fails(report: Report) -> None:
    after = looked_up(report, Failing(), embedded())
    assert after.documentation
    assert after.documentation.left == 0
    assert after.documentation.servers == ["embedded"]
    assert after.documentation.troubles == ["scripted: out of order"]


def test_a_run_has_it_in_its_report(store: Store, shelf: Shelf) -> None:
    from graph.nodes import Outside

    outside = Outside(look_up=lambda made, seen, tell: look_up(made, seen, shelf, tell))
    made = assess(store, request(), HOUR, CountingAccount(), outside=outside)
    assert made.documentation
    assert made.documentation.pages > 0


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path_factory.mktemp('store')}/s.db") as opened:
        yield opened


def test_every_check_comes_back_with_its_own_page_first(shelf: Shelf) -> None:
    """So a finding of any of them is marked."""
    for check in all_checks().values():
        found = Finding(
            **proposal(check.title).model_dump(exclude={"id", "origin", "documentation"}),
            id=check.id,
            documentation=tuple(
                Documentation(title=page.title, url=page.url) for page in check.documentation
            ),
        )
        after = look_up(_of(found), SEEN, shelf, quiet)
        assert after.findings[0].documentation[0].source == "mcp", check.id


def _of(finding: Finding) -> Report:
    return Report.model_construct(findings=[finding], proposals=[])
