"""AWS's service icons on a diagram's nodes, from the package `diagrams` (the extra `icons`).

That package brings AWS's Architecture Icons as files, and it is not imported: its own drawing
would need Graphviz. Its code is under the MIT license. The icons are Amazon's; AWS lets its
customers and partners draw architecture diagrams with them, and its own packages of icons give
them under CC BY-ND 2.0. So none is part of this project, and a picture holds them only smaller,
otherwise as they are.
"""

import base64
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from xml.dom import minidom

from pydantic import BaseModel, ConfigDict

from state.errors import Fixable
from tools.diagram.parts import Node, node_id

_SIDE = 30  # pixels of a picture
_RESOLUTION = 2 * _SIDE  # a PNG is drawn at twice the natural size
_NODE = re.compile(r"-flowchart-(n[0-9a-f]{10})-\d+$")  # in the ids that Mermaid gives


class NoIcons(Fixable):
    """The package that has the icons is not installed."""


class _Names(BaseModel):
    """Which file stands for what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    other: str
    kinds: Mapping[str, str]
    services: Mapping[str, str]


def require_icons() -> None:
    """Before anything is drawn: whether there will be icons.

    Raises:
        NoIcons: the extra `icons` is not installed.
    """
    _folder()


def with_icons(svg: str, nodes: Iterable[Node]) -> str:
    """The picture of the nodes, with the icon of its service at the corner of each that is there.

    Raises:
        NoIcons: the extra `icons` is not installed.
    """
    kinds = {node_id(node): node.type for node in nodes if not node.missing}
    page = minidom.parseString(svg.encode())
    (root,) = page.getElementsByTagName("svg")[:1]
    held: dict[str, str] = {}  # icon -> its id in the picture: each is there once
    for group in page.getElementsByTagName("g"):
        found = _NODE.search(group.getAttribute("id"))
        if found and found[1] in kinds:
            icon = icon_of(kinds[found[1]])
            shown = page.createElement("use")
            shown.setAttribute("href", f"#{held.setdefault(icon, f'icon-{len(held)}')}")
            left, top = _corner(group)
            shown.setAttribute("x", f"{left - _SIDE / 2:g}")
            shown.setAttribute("y", f"{top - _SIDE / 2:g}")
            group.appendChild(shown)
    images = page.createElement("defs")
    for icon, name in held.items():
        image = page.createElement("image")
        image.setAttribute("id", name)
        image.setAttribute("href", _data_uri(icon))
        image.setAttribute("width", str(_SIDE))
        image.setAttribute("height", str(_SIDE))
        images.appendChild(image)
    root.insertBefore(images, root.firstChild)
    text: str = root.toxml()
    return text


def icon_of(kind: str) -> str:
    """The file, in the library's folder of icons and without its ending, for a resource type.

    That of the type, of its service, or of AWS resources at large.

    Raises:
        NoIcons: the extra `icons` is not installed.
    """
    names = _names()
    service = kind.removeprefix("AWS::").split("::")[0] if kind.startswith("AWS::") else ""
    named = names.kinds.get(kind) or names.services.get(service)
    return named or _by_name().get(service.lower()) or names.other


# -- parts -------------------------------------------------------------------------------------


@cache
def _names() -> _Names:
    text = files("tools.diagram").joinpath("icons.toml").read_text("utf-8")
    return _Names.model_validate(tomllib.loads(text))


@cache
def _by_name() -> Mapping[str, str]:
    """Name without hyphens, as a service's in CloudFormation -> file."""
    folder = _folder()
    found = (path.relative_to(folder).with_suffix("") for path in sorted(folder.glob("*/*.png")))
    return {path.name.replace("-", ""): path.as_posix() for path in found}


@cache
def _folder() -> Path:
    try:
        folder = Path(str(distribution("diagrams").locate_file("resources/aws")))
    except PackageNotFoundError as error:
        raise NoIcons(
            'AWS\'s icons are not installed: install the extra "icons" '
            "(uv sync --extra icons, or pip install 'seeams[icons]'), or leave --icons away"
        ) from error
    return folder


@cache
def _data_uri(icon: str) -> str:
    from PIL import Image

    smaller = io.BytesIO()
    with Image.open(_folder() / f"{icon}.png") as image:
        size = (_RESOLUTION, _RESOLUTION)
        image.convert("RGBA").resize(size, Image.Resampling.LANCZOS).save(
            smaller, "PNG", optimize=True
        )
    return f"data:image/png;base64,{base64.b64encode(smaller.getvalue()).decode()}"


def _corner(group: minidom.Element) -> tuple[float, float]:
    """The upper left corner of a node's shape: a rectangle, or a cylinder that is moved there."""
    for shape in group.childNodes:
        if isinstance(shape, minidom.Element):
            if shape.tagName == "rect":
                return float(shape.getAttribute("x")), float(shape.getAttribute("y"))
            if moved := re.match(r"translate\((\S+?), ?(\S+?)\)", shape.getAttribute("transform")):
                return float(moved[1]), float(moved[2])
    return 0.0, 0.0
