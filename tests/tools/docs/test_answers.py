"""What AWS's servers answer, as their versions do: grown fields, errors as data, cut pages."""

from typing import Any

import pytest

from tools.docs.answers import pages_of, text_of, value_of
from tools.docs.pages import DocumentationFailed, NoSuchPage

PAGE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html"


def test_a_result_with_everything_that_was_added_since() -> None:
    answer = {
        "search_results": [
            {
                "rank_order": 1,
                "url": f"{PAGE}?session=1",
                "title": "Restoring\nto a  time\x1b[0m",
                "context": "c",
                "recommended_sections": ["Limitations", {"title": "Console"}, 7],
                "sections": ["all of them"],
                "metadata": {
                    "additional_urls": [
                        {"url": PAGE, "section_title": "Console", "section_anchor": "#console"},
                        {"url": f"{PAGE}#cli", "section_title": "CLI", "section_anchor": "cli"},
                        {"url": None},
                        "nonsense",
                    ]
                },
                "of_tomorrow": {},
            }
        ],
        "facets": None,
        "query_id": "q",
        "metadata": {"discovered_services": [{"name": "RDS", "description": ""}]},
        "status": "success",
    }
    (page,) = pages_of(answer, "awslabs")
    assert (page.url, page.title, page.source) == (PAGE, "Restoring to a time [0m", "awslabs")
    assert page.sections == ("Limitations", "Console")
    assert [part.url for part in page.parts] == [f"{PAGE}#console", f"{PAGE}#cli"]
    assert page.parts[0].title == "Restoring to a time [0m: Console"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"search_results": [{"url": "", "title": "Error searching AWS docs: x"}]}, "Error sear"),
        ({"status": "error", "message": "too many requests"}, "too many requests"),
        ({"error": "throttled", "search_results": []}, "throttled"),
        ({"search_results": None}, "no list of pages"),
        ("Error executing tool", "no list of pages"),
        ([{"title": "no address"}], "no address"),
    ],
)
def test_an_error_in_a_search_is_an_error(answer: Any, said: str) -> None:
    with pytest.raises(DocumentationFailed, match=said):
        pages_of(answer, "awslabs")


def test_a_bare_list_is_a_list_of_pages() -> None:
    assert [page.url for page in pages_of([{"url": PAGE, "title": "t"}], "x")] == [PAGE]


def test_a_cut_page_is_read_without_the_note() -> None:
    note = "<e>Content truncated. Call the read_documentation tool with start_index=5000.</e>"
    assert text_of(f"AWS Documentation from {PAGE}:\n\ntext\n\n{note}", "x").endswith("text")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("Failed to fetch https://x - status code 404", NoSuchPage),
        ("Failed to fetch https://x: no network", DocumentationFailed),
        ({"status": "error", "message": "no"}, DocumentationFailed),
        (None, DocumentationFailed),
    ],
)
def test_an_error_in_reading_is_an_error(answer: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        text_of(answer, "x")
    assert type(raised.value) is error


def test_content_blocks_are_unpacked() -> None:
    assert value_of([{"type": "text", "text": '{"result": [1, 2]}'}]) == [1, 2]
    assert value_of([{"text": '{"a": 1}'}, {"text": "plain"}]) == [{"a": 1}, "plain"]
    assert value_of("plain") == "plain"
