"""The page to take home, in a real browser: on a phone, on paper, in the dark, by keyboard.

Needs a Chromium of the system: `apt-get install chromium` (`.ci/run` does that).
"""

import re
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from agents.recommending import recommended
from graph.runs import assess, reckoning_of
from seeams.exporting import Result
from seeams.rendering.html import as_html
from seeams.rendering.html.grades import waterfalls
from seeams.rendering.html.page import SECTIONS
from seeams.rendering.html.prose import folded
from state.channels import Request
from state.errors import StoreUnusable
from state.judgements import Answer, AnswerValue
from state.objectives import Objectives
from state.report import Report
from state.snapshot import Relation, RelationKind, Resource, Snapshot
from state.store import Store
from state.thinking import Contest, Dropped, Stop, Summary, Thinking
from tests.graph.fakes import READ, REGION, arn, request, snapshot
from tests.seeams.conftest import DATABASE
from tools.grading.reckoning import Reckoning

SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    SCRIPT,
    "\"'><img src=x onerror=alert(2)>",
    "\u202eevil\u2066 \x1b[2J",
    "</style></svg></details><base href=https://evil.invalid>",
    "{{ 7 * 7 }} {% raw %} ${alert(3)}",
)
NAMES = ("Chromium", "chromium", "chromium-browser", "google-chrome")
PHONE, DESK = 360, 1280
PATIENCE = 120_000  # milliseconds, on a machine that has much else to do
FOLDS = "#findings .finding > details > summary"

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; what stands for a browser must not be one that is downloaded."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("no Chromium on this machine: `apt-get install chromium`, then run this again")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


def assessed(folder: Path, names: tuple[str, ...]) -> Result:
    """What the product finds on databases of these names, which write to one another."""

    def account(asked: Request, _observe: Any) -> Snapshot:
        plain = snapshot(asked, databases=len(names))
        resources = {
            identity: known.model_copy(
                update={"name": name, "facts": {READ: {**known.facts[READ], "Engine": name}}}
            )
            for (identity, known), name in zip(plain.resources.items(), names, strict=True)
        }
        first, *others = resources
        relations = [
            Relation(source=first, target=other, kind=RelationKind.DATA_FLOW, label="writes")
            for other in others[:40]
        ]
        return plain.model_copy(update={"resources": resources, "relations": relations})

    with Store(f"sqlite:///{folder}/seeams.db") as store:
        objectives = Objectives(rto_seconds=7200, rpo_seconds=1800)
        report = assess(store, request(workload=names[0]), objectives, account)
        reckoning = reckoning_of(store, report)
        seen = store.get(Snapshot, report.workload.snapshot)
    return Result(report, seen, lambda: reckoning)


def no_checkpoint() -> Reckoning:
    raise StoreUnusable("this result has no checkpoint")


def page_of(result: Result, file: Path) -> Path:
    file.write_text(as_html(result), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return assessed(tmp_path_factory.mktemp("plain"), ("orders", "invoices", "ledger"))


@pytest.fixture(scope="module")
def ordinary(plain: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small workload."""
    return page_of(plain, tmp_path_factory.mktemp("page") / "ordinary.html")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a workload whose tags and names are written by an enemy."""
    folder = tmp_path_factory.mktemp("hostile")
    return page_of(assessed(folder, HOSTILE), folder / "hostile.html")


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Open]:
    """Opens a page offline; afterwards nothing was asked for, and nothing went wrong."""
    contexts = []
    asked: list[str] = []
    said: list[str] = []

    def open_(file: Path, width: int = DESK, scheme: Any = "light", script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=script,
            offline=True,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
        page.goto(file.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:image/svg+xml;"))] == []
    assert said == []


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


# -- for everybody ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "width", "scheme"),
    [  # every pair of the three
        ("ordinary", PHONE, "light"),
        ("ordinary", DESK, "dark"),
        ("hostile", PHONE, "dark"),
        ("hostile", DESK, "light"),
    ],
)
def test_nobody_is_shut_out(
    opened: Open, request: pytest.FixtureRequest, kind: str, width: int, scheme: str
) -> None:
    """No violation of the accessibility rules that axe knows, with everything unfolded."""
    page = opened(request.getfixturevalue(kind), width, scheme)
    unfold(page)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == []


@pytest.mark.parametrize("kind", ["ordinary", "hostile"])
def test_the_page_is_never_wider_than_the_screen(
    opened: Open, request: pytest.FixtureRequest, kind: str
) -> None:
    page = opened(request.getfixturevalue(kind))
    unfold(page)
    for width in (320, PHONE, 768, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_headings_are_in_order_and_sections_have_names(opened: Open, ordinary: Path) -> None:
    page = opened(ordinary)
    levels = [
        int(h)
        for h in page.eval_on_selector_all("h1,h2,h3,h4,h5,h6", "all => all.map(h => h.tagName[1])")
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    targets = page.eval_on_selector_all("nav a", "all => all.map(a => a.getAttribute('href'))")
    assert targets
    for target in targets:
        assert page.locator(f"section{target}[aria-labelledby] > h2").count() == 1


def test_the_keyboard_reaches_what_the_mouse_reaches(opened: Open, ordinary: Path) -> None:
    page = opened(ordinary)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.locator(FOLDS).last.focus()
    before = page.locator("#findings details[open]").count()
    page.keyboard.press("Enter")
    assert page.locator("#findings details[open]").count() == before + 1


def test_no_id_is_given_twice(opened: Open, ordinary: Path) -> None:
    page = opened(ordinary)
    ids = page.eval_on_selector_all("[id]", "all => all.map(each => each.id)")
    assert len(ids) == len(set(ids))


# -- what it says ----------------------------------------------------------------------------------


def test_every_section_that_has_something_to_say_is_there(
    opened: Open, plain: Result, ordinary: Path
) -> None:
    page = opened(ordinary)
    expected = [section.id for section in SECTIONS if section.content(plain) is not None]
    assert {"letters", "arithmetic", "findings", "sweep", "diagram", "questions"} < set(expected)
    assert page.eval_on_selector_all("main > section", "all => all.map(s => s.id)") == expected


def test_the_steps_of_a_sum_are_drawn_to_scale(opened: Open, plain: Result, ordinary: Path) -> None:
    """Bars begin where the one before ends, and are as long as their share of the scale."""
    page = opened(ordinary)
    drawn = 0
    for figure in page.locator("#arithmetic figure").all():
        bars = figure.locator("rect").evaluate_all(
            "all => all.map(r => [+r.getAttribute('x'), +r.getAttribute('width')])"
        )
        wide = [bar for bar in bars if bar[1] > 1]  # thinner ones are drawn thicker than they are
        assert all(x >= 0 and x + width <= 100.01 for x, width in bars)
        starts = [x for x, _ in bars]
        assert starts == sorted(starts)
        drawn += len(wide)
    assert drawn > 3
    load = next(grade for grade in plain.report.grades.values() if grade.terms)
    assert page.locator("#arithmetic .waterfall li").count() == sum(
        len(grade.terms) for grade in plain.report.grades.values()
    )
    assert page.locator("#arithmetic").inner_text().count(load.terms[0].source) > 0


def test_the_map_frames_where_the_workload_stands(
    opened: Open, plain: Result, ordinary: Path
) -> None:
    page = opened(ordinary)
    here = page.locator("#sweep details[open] td.here")
    assert here.count() == 1
    assert here.inner_text().startswith(str(plain.report.overall.letter))
    assert page.locator("#sweep td.here").count() == 1 + len(plain.report.grades)


def test_a_result_without_its_checkpoint_has_a_page_without_a_map(
    opened: Open, report: Report, snapshot: Snapshot, tmp_path: Path
) -> None:
    page = opened(page_of(Result(report, snapshot, no_checkpoint), tmp_path / "old.html"))
    assert "this result has no checkpoint" in page.locator("#sweep").inner_text()
    assert page.locator("#findings .finding").count() == len(report.findings)


def test_the_diagram_is_a_picture_with_words_beside_it(opened: Open, ordinary: Path) -> None:
    page = opened(ordinary)
    picture = page.locator("#diagram img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert "in words below" in str(picture.get_attribute("alt"))
    page.get_by_text("The diagram in words").click()
    assert "orders → invoices: writes (data flow)" in page.locator("#diagram").inner_text()


def test_what_models_say_is_told_apart(
    opened: Open, report: Report, snapshot: Snapshot, tmp_path: Path
) -> None:
    code, row, finding = "SINGLE_POINT_OF_FAILURE", report.answers[0], report.findings[0]
    doubt = Contest(
        check=finding.id, resource=DATABASE, because="it is copied by hand", evidence=(), model="m"
    )
    guess = Answer(
        category=code,
        question=row.question,
        answer=AnswerValue.PARTLY,
        because="one of two has a copy",
        attest="",
    )
    said = {
        "summary": Summary(model="m", stop=Stop.DONE, sentences=("Back it up first.",)),
        "proposals": [
            finding.model_copy(update={"id": "model.1", "origin": "model", "status": "PROPOSED"})
        ],
        "thoughts": {
            code: Thinking(
                model="m",
                stop=Stop.BUDGET,
                contests=(doubt,),
                answers=(guess,),
                dropped=(Dropped(claim=SCRIPT, why="it is not there"),),
            )
        },
    }
    result = Result(report.model_copy(update=said), snapshot, no_checkpoint)
    page = opened(page_of(result, tmp_path / "models.html"))
    assert "Back it up first." in page.locator("header .summary").inner_text()
    assert "seeams accept" in page.locator("#proposals").inner_text()
    assert page.locator("#findings .finding").count() == len(report.findings)
    first = page.locator("#findings .finding").first.inner_text()
    assert "it is copied by hand" in first
    assert "which changes nothing" in first
    assert "a model suggests partly" in page.locator("#questions").inner_text()
    assert SCRIPT in page.locator("#models").inner_text()
    assert "stopped at a limit" in page.locator("#models").inner_text()


def test_what_to_do_first_can_be_copied(opened: Open, plain: Result, ordinary: Path) -> None:
    page = opened(ordinary)
    advice = page.locator("#recommendations .finding")
    assert advice.count() == 10
    found = recommended(plain.report, plain.reckoning, plain.snapshot, top=10).recommendations
    unfold(page)
    written = page.locator("#recommendations pre").evaluate_all("all => all.map(p => p.innerText)")
    assert found[0].how.cli.strip() in [each.strip() for each in written]


def test_the_runbook_is_in_it_by_chapters(opened: Open, ordinary: Path) -> None:
    page = opened(ordinary)
    chapters = page.locator("#runbook .prose > details > summary h3")
    assert "The first five minutes" in chapters.all_inner_texts()
    page.get_by_text("The first five minutes", exact=True).first.click()
    assert page.locator("#runbook pre:visible").first.inner_text().startswith(("aws ", "export "))
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize(
    "written",
    [
        SCRIPT,
        "[x](javascript:alert(1))",
        "![x](https://evil.invalid/x.png)",
        "<img src=x onerror=alert(1)>",
        f"```\n</code></pre>{SCRIPT}\n```",
        f"| {SCRIPT} |\n|---|\n| x |",
        f"## {SCRIPT}\n\n### y\n\n## z",
    ],
)
def test_markdown_becomes_html_and_nothing_else(written: str) -> None:
    made = folded(written)
    assert not re.search(r"<(script|img|iframe)|href=.?(javascript|data):", made)
    assert made.count("<details>") == made.count("</details>")


# -- filters ---------------------------------------------------------------------------------------


def shown(page: Page) -> int:
    return page.locator("#findings .finding:visible").count()


def test_findings_are_filtered_by_what_is_chosen(
    opened: Open, plain: Result, ordinary: Path
) -> None:
    page, findings = opened(ordinary), plain.report.findings
    assert shown(page) == len(findings)
    severity = findings[0].severity
    page.get_by_label("Severity").select_option(severity.value)
    assert shown(page) == sum(f.severity is severity for f in findings) < len(findings)
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function(
        "document.getElementById('filtered').textContent.startsWith("
        + repr(str(len(findings)))
        + ")"
    )
    category = findings[0].category
    page.get_by_label("Category").select_option(category)
    assert shown(page) == sum(category in (f.category, *f.also) for f in findings)
    page.get_by_label("Category").select_option("")
    page.get_by_label("Layer").select_option(findings[0].layer.value)
    assert shown(page) == sum(f.layer is findings[0].layer for f in findings)


def test_findings_are_filtered_by_words(opened: Open, plain: Result, ordinary: Path) -> None:
    page = opened(ordinary)
    sought = plain.report.findings[-1].id
    page.get_by_label("Text").fill(sought.upper())
    assert shown(page) == 1
    assert page.locator("#filtered").inner_text() == (
        f"1 of {len(plain.report.findings)} findings shown."
    )
    page.get_by_label("Text").fill("nothing is called so")
    assert shown(page) == 0


def test_without_scripts_it_is_a_plain_list(opened: Open, plain: Result, ordinary: Path) -> None:
    page = opened(ordinary, script=False)
    assert shown(page) == len(plain.report.findings)
    assert not page.locator("#filters").is_visible()
    page.locator(FOLDS).last.click()
    assert page.locator("#findings").get_by_text(plain.report.findings[-1].id).is_visible()


def test_paper_shows_everything(opened: Open, plain: Result, ordinary: Path) -> None:
    """Also what is filtered away or folded, and without a script."""
    for script in (True, False):
        page = opened(ordinary, script=script)
        if script:
            page.get_by_label("Text").fill("nothing is called so")
        page.emulate_media(media="print")
        assert shown(page) == len(plain.report.findings)
        for finding in plain.report.findings:
            check = page.locator("#findings dd code").get_by_text(finding.id, exact=True)
            assert check.bounding_box() is not None
            assert check.is_visible()
        assert page.locator("nav").is_hidden()


def test_what_never_ends_is_followed_by_nothing(report: Report, snapshot: Snapshot) -> None:
    """4 h, then for ever: 80 % of the bar are the 24 h of the target; then a step with no bar."""
    detect, act, _ = report.grades["SINGLE_POINT_OF_FAILURE"].terms
    never = act.model_copy(update={"seconds": None})
    grade = report.grades["SINGLE_POINT_OF_FAILURE"].model_copy(
        update={"terms": (detect, never, act)}
    )
    (sum_,) = waterfalls(grade, Result(report, snapshot, no_checkpoint))
    drawn = [(round(step.start, 2), round(step.width, 2)) for step in sum_.steps]
    assert drawn == [(0, 13.33), (13.33, 86.67), (100, 0)]
    assert (sum_.target_at, sum_.total, sum_.within) == (80, "no way back", False)


def test_bars_follow_one_another_to_scale(report: Report, snapshot: Snapshot) -> None:
    """4 h and 2 h of the 24 h that are allowed: a sixth and a twelfth of the bar."""
    (time, data) = waterfalls(
        report.grades["SINGLE_POINT_OF_FAILURE"], Result(report, snapshot, no_checkpoint)
    )
    drawn = [(round(step.start, 2), round(step.width, 2)) for step in time.steps]
    assert drawn == [(0, 16.67), (16.67, 8.33)]
    assert (time.target_at, time.total, time.target, time.within) == (100, "6 h", "24 h", True)
    assert (data.of_data, data.total, data.within) == (True, "everything", False)


def test_it_prints_what_is_folded_but_of_the_runbook(opened: Open, ordinary: Path) -> None:
    page = opened(ordinary)
    page.locator("#runbook summary").first.click()
    page.emulate_media(media="print")
    assert page.locator("#runbook .prose > details").first.locator("li").first.is_visible()
    assert not page.locator("#runbook .prose > details").last.locator("p").first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


# -- what an enemy writes --------------------------------------------------------------------------


def test_what_an_enemy_writes_is_shown_and_does_nothing(opened: Open, hostile: Path) -> None:
    page = opened(hostile)
    unfold(page)
    assert SCRIPT in page.locator("h1").inner_text()
    assert page.locator("script").count() == 1
    assert page.locator("base, iframe, object, embed, form:not(#filters)").count() == 0
    assert page.locator("[onerror], [onclick], [onload]").count() == 0
    assert page.locator("img").count() == 1
    text = page.locator("main").inner_text()
    for name in HOSTILE:
        first = name.replace("\u202e", "\\u202e").replace("\u2066", "\\u2066")
        assert first.replace("\x1b", "\\x1b") in text
    assert "{{ 7 * 7 }}" in text


def test_no_character_turns_or_hides_the_text(hostile: Path) -> None:
    written = hostile.read_text("utf-8")
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", written
    )


def test_a_link_leads_to_a_page_or_nowhere(
    opened: Open, report: Report, snapshot: Snapshot, tmp_path: Path
) -> None:
    document = report.findings[0].documentation[0]
    findings = [
        report.findings[0].model_copy(
            update={"documentation": (document.model_copy(update={"url": url}),)}
        )
        for url in ("javascript:alert(1)", " data:text/html,x", "HTTPS://docs.aws.amazon.com/x")
    ]
    changed = report.model_copy(update={"findings": findings})
    page = opened(page_of(Result(changed, snapshot, no_checkpoint), tmp_path / "links.html"))
    links = page.eval_on_selector_all("dd > a", "all => all.map(a => a.getAttribute('href'))")
    assert links == ["#", "#", "HTTPS://docs.aws.amazon.com/x"]


def test_the_policy_of_the_page_lets_nothing_else_run(chromium: Browser, ordinary: Path) -> None:
    """Should escaping ever fail, what got in still does not run, nor call anybody."""
    page = chromium.new_page()
    page.goto(ordinary.as_uri())
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">');"
        "const added = document.createElement('script'); added.textContent = 'window.ran = 2';"
        "document.body.append(added);"
    )
    assert page.evaluate("window.ran") is None
    forbidden = page.evaluate("fetch('https://docs.aws.amazon.com/').then(() => 'got', () => 'no')")
    assert forbidden == "no"
    page.close()


# -- size ------------------------------------------------------------------------------------------


def test_a_large_workload_makes_a_page_of_less_than_two_megabytes(
    report: Report, tmp_path: Path
) -> None:
    """500 resources, and each of 150 findings on all of them with all its evidence."""
    names = [f"a-database-with-rather-a-long-name-{number:04}" for number in range(500)]
    resources = {
        arn(name): Resource(
            id=arn(name), type="AWS::RDS::DBInstance", name=name, region=REGION, member=True
        )
        for name in names
    }
    large = snapshot(request()).model_copy(update={"resources": resources})
    (seen,) = report.findings[0].evidence
    finding = report.findings[0].model_copy(
        update={
            "resources": tuple(resources),
            "resource": arn(names[0]),
            "evidence": tuple(seen.model_copy(update={"resource": each}) for each in resources),
            "notes": tuple(f"{name}: as every other one of them" for name in names),
        }
    )
    findings = [finding.model_copy(update={"id": f"rds.{n}", "key": f"{n}"}) for n in range(150)]
    crowded = report.model_copy(update={"findings": findings})
    file = page_of(Result(crowded, large, no_checkpoint), tmp_path / "large.html")
    assert file.stat().st_size < 2_000_000


def test_a_database_is_named_as_people_call_it(opened: Open, plain: Result, ordinary: Path) -> None:
    assert DATABASE not in opened(ordinary).locator("main").inner_text()
    assert "orders" in opened(ordinary).locator("#findings").inner_text()
