"""The pages that the product itself knows."""

import pytest

from tools.checks import all_checks
from tools.docs.index import Entry, Index, entries
from tools.docs.pages import address_of, is_deep


@pytest.fixture(scope="module")
def index() -> Index:
    return Index()


def test_every_page_is_deep_and_stands_once() -> None:
    urls = [entry.url for entry in entries()]
    assert len(urls) == len(set(urls))
    assert [url for url in urls if not is_deep(url)] == []
    named = {page.url for check in all_checks().values() for page in check.documentation}
    assert named <= set(urls)


@pytest.mark.parametrize(
    ("phrase", "word"),
    [
        ("observability alarms", "alarm"),
        ("tracing lambda", "X-Ray"),
        ("structured logging Logs Insights", "Logs Insights"),
        ("dynamodb point in time recovery", "DynamoDB"),
        ("restore testing game day", "Restore testing"),
    ],
)
def test_the_first_page_is_on_the_topic(index: Index, phrase: str, word: str) -> None:
    first = index.search(phrase, 5)[0]
    assert word in f"{first.title} {first.excerpt}"
    assert index.read(first.url)


@pytest.mark.parametrize("phrase", ["", "  ", "?!", '"', "a OR b NOT c*", "(((", "zzzzqqq"])
def test_any_phrase_can_be_asked(index: Index, phrase: str) -> None:
    assert isinstance(index.search(phrase, 3), list)


def test_an_unknown_page_is_none() -> None:
    assert Index([Entry("a", "https://docs.aws.amazon.com/a/b/c.html", "text")]).read("x") is None


@pytest.mark.parametrize(
    ("url", "deep"),
    [
        ("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html", True),
        ("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html#a", True),
        ("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Welcome.html", False),
        ("https://docs.aws.amazon.com/rds/index.html", False),
        ("https://docs.aws.amazon.com/rds/", False),
        ("http://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html", False),
        ("https://docs.aws.amazon.com.evil.example/a/b/c.html", False),
        ("https://aws.amazon.com/blogs/a/b/c.html", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_only_pages_of_the_documentation_are_deep(url: str, deep: bool) -> None:
    assert is_deep(url) is deep


def test_what_a_server_adds_to_an_address_is_taken_off() -> None:
    page = "https://docs.aws.amazon.com/a/latest/b/c.html"
    assert address_of(f"{page}?session=1&query_id=2#part") == f"{page}#part"
