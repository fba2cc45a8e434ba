"""AWS's icons on pictures: each kind of resource has one, and they are where its node is."""

from importlib.metadata import PackageNotFoundError
from xml.etree import ElementTree

import mermaidx
import pytest

from tests.tools.diagram.workloads import link, report_of, resource, snapshot_of
from tools.aws.declarations import collectors
from tools.diagram import draw, icons
from tools.diagram.drawing import drawing
from tools.diagram.icons import NoIcons, icon_of, with_icons

SVG = "{http://www.w3.org/2000/svg}"
OF_ANYTHING = "general/general"


@pytest.mark.parametrize("kind", sorted(collectors()))
def test_every_type_that_is_read_has_an_icon_of_its_own(kind: str) -> None:
    assert icon_of(kind) != OF_ANYTHING
    assert (icons._folder() / f"{icon_of(kind)}.png").is_file()


def test_every_icon_that_is_named_is_there() -> None:
    names = icons._names()
    for icon in (names.other, *names.kinds.values(), *names.services.values()):
        assert (icons._folder() / f"{icon}.png").is_file(), icon


@pytest.mark.parametrize(
    ("kind", "icon"),
    [
        ("AWS::Lambda::Function", "compute/lambda"),
        ("AWS::Lambda", "compute/lambda"),  # several kinds of a service, drawn as one
        ("AWS::Athena::WorkGroup", "analytics/athena"),
        ("AWS::Nothing::Known", OF_ANYTHING),
        ("Custom::Lambda", OF_ANYTHING),
        ("", OF_ANYTHING),
    ],
)
def test_icons_follow_from_names(kind: str, icon: str) -> None:
    assert icon_of(kind) == icon


def test_each_node_has_the_icon_of_its_kind_at_its_corner_and_each_picture_is_held_once() -> None:
    first, second = (resource(name, "Lambda::Function") for name in ("a", "b & <c>"))
    bucket = resource("invoices", "S3::Bucket")
    snapshot = snapshot_of([first, second, bucket], [link(first, second), link(second, bucket)])
    what = drawing(snapshot, report_of())
    plain = mermaidx.Diagram(draw(snapshot, report_of())).svg()
    picture = with_icons(plain, what.nodes)
    page = ElementTree.fromstring(picture)
    images = {image.get("id"): image.get("href") for image in page.iter(f"{SVG}image")}
    assert len(images) == 2
    assert all((href or "").startswith("data:image/png;base64,") for href in images.values())
    shown = [
        (group.get("id"), use)
        for group in page.iter(f"{SVG}g")
        for use in group.findall(f"{SVG}use")
    ]
    assert len(shown) == len(what.nodes) == 3
    assert {str(use.get("href"))[1:] for _, use in shown} == set(images)
    # Around the origin, that is the middle of the node: up and to the left of it.
    assert all(float(use.get("x", 0)) < 0 > float(use.get("y", 0)) for _, use in shown)
    assert len(picture) - len(plain) < 20_000 * len(images)
    assert mermaidx.svg_to_png(picture) != mermaidx.svg_to_png(plain)


def test_what_is_not_there_has_no_icon() -> None:
    function = resource("f", "Lambda::Function")
    gone = link(function, function).model_copy(update={"target": "gone", "dangling": True})
    snapshot = snapshot_of([function], [gone])
    what = drawing(snapshot, report_of())
    assert [node.missing for node in what.nodes] == [False, True]
    picture = with_icons(mermaidx.Diagram(draw(snapshot, report_of())).svg(), what.nodes)
    assert picture.count("<use ") == 1


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: str) -> None:
        raise PackageNotFoundError

    monkeypatch.setattr(icons, "distribution", absent)
    icons._folder.cache_clear()
    try:
        with pytest.raises(NoIcons, match=r"uv sync --extra icons") as error:
            icons.require_icons()
    finally:
        icons._folder.cache_clear()
    assert error.value.exit_code == 3
