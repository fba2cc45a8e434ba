"""A full-text index of the pages that the product itself knows: by checks, constants and topics."""

import re
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import urlsplit

from tools.checks import all_checks
from tools.docs.pages import Page
from tools.grading.assumptions import assumptions

EMBEDDED = "embedded"
_WORD = re.compile(r"[a-z0-9]{2,}")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TITLE, _GUIDE, _TEXT = 4.0, 3.0, 1.0  # what a word weighs, by where it stands

_EVERYDAY = frozenset(
    _WORD.findall(
        "all an and any are as at be before after but by can do does for from get goes had has have"
        " how if in is it its many more most much must my need no not of off on once one only or"
        " our out own set should so still than that the their them then there they this to too up"
        " use was what when where which while who why will with without would you your"
    )
)
_MEANS = {  # what people write, and what pages say
    "alb": "application load balancer",
    "asg": "auto scaling group",
    "autoscaling": "auto scaling",
    "az": "availability zone",
    "cdk": "infrastructure as code",
    "ddb": "dynamodb",
    "dlq": "dead letter queue",
    "dr": "disaster recovery",
    "iac": "infrastructure as code",
    "nlb": "network load balancer",
    "pitr": "point in time recovery",
    "postmortem": "post incident",
    "redis": "elasticache",
    "restores": "restore",
    "slo": "service level objectives",
    "terraform": "infrastructure as code",
    "valkey": "elasticache",
}
_KNOWN_AS = {  # folders of the documentation, where the service is not called so
    "AWSCloudFormation": "cloudformation",
    "AWSEC2": "ec2",
    "AWSSimpleQueueService": "sqs",
    "AmazonCloudWatch": "cloudwatch",
    "AmazonElastiCache": "elasticache",
    "AmazonS3": "s3",
    "amazondynamodb": "dynamodb",
    "apigateway": "api gateway",
    "autoscaling": "auto scaling",
    "elasticloadbalancing": "elb load balancer",
    "privatelink": "endpoint",
    "r53recovery": "route 53 application recovery controller",
    "secretsmanager": "secrets manager",
    "systems-manager": "ssm",
    "wellarchitected": "best practices",
}


@dataclass(frozen=True)
class Entry:
    """A page, and what is known of it here."""

    title: str
    url: str
    text: str


def entries() -> Iterator[Entry]:
    """Every page there is, once."""
    found: dict[str, Entry] = {}
    for entry in (*_topics(), *_of_checks(), *_of_constants()):
        known = found.get(entry.url)
        text = f"{known.text}\n\n{entry.text}" if known else entry.text
        found[entry.url] = Entry(known.title if known else entry.title, entry.url, text)
    yield from found.values()


class Index:
    """The pages, searchable; held in memory."""

    def __init__(self, pages: Iterable[Entry] | None = None) -> None:
        """`pages`: to be indexed; None: all that the product knows."""
        self._texts: dict[str, Entry] = {}
        # The server answers from whichever thread its event loop gives the call.
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            "CREATE VIRTUAL TABLE pages"
            " USING fts5(title, guide, text, url UNINDEXED, tokenize='porter unicode61')"
        )
        for entry in entries() if pages is None else pages:
            self._texts[entry.url] = entry
            row = (entry.title, " ".join(words_of_guide(entry.url)), entry.text, entry.url)
            self._database.execute("INSERT INTO pages VALUES (?, ?, ?, ?)", row)

    def search(self, phrase: str, limit: int) -> list[Page]:
        """Pages with any of the words, those with most and rarest of them first."""
        words = words_of_phrase(phrase)
        if not words:
            return []
        query = " OR ".join(f'"{word}"' for word in words)
        rows = self._database.execute(
            "SELECT title, url, snippet(pages, 2, '', '', ' ... ', 24) FROM pages"
            " WHERE pages MATCH ? ORDER BY bm25(pages, ?, ?, ?), url LIMIT ?",
            (query, _TITLE, _GUIDE, _TEXT, limit),
        )
        return [
            Page(title=title, url=url, excerpt=" ".join(excerpt.split()), source=EMBEDDED)
            for title, url, excerpt in rows
        ]

    def read(self, url: str) -> str | None:
        """What is known of a page; None if there is no such page."""
        known = self._texts.get(url) or self._texts.get(url.partition("#")[0])
        return f"# {known.title}\n\n{known.text}" if known else None


def words_of_phrase(phrase: str) -> list[str]:
    """The words of a phrase that tell pages apart, each once, and what people mean by them."""
    said = _WORD.findall(phrase.lower())
    meant = [word for each in said for word in _WORD.findall(_MEANS.get(each, ""))]
    return [word for word in dict.fromkeys(said + meant) if word not in _EVERYDAY]


def words_of_guide(url: str) -> list[str]:
    """The words for the guide that a page belongs to: `.../AmazonRDS/latest/UserGuide/...`."""
    words: list[str] = []
    for folder in urlsplit(url).path.split("/")[1:-1]:
        known = _KNOWN_AS.get(folder)
        words += known.split() if known else [hump.lower() for hump in _HUMP.findall(folder)]
    return words


def _of_checks() -> Iterator[Entry]:
    for check in all_checks().values():
        layer = check.layer.value.replace("_", " ").lower()
        filed = f"({check.service}, {check.category.title}, {layer})"
        text = f"{check.title}. {check.rationale} {check.recommendation} {filed}"
        for page in check.documentation:
            yield Entry(page.title, page.url, text)


def _of_constants() -> Iterator[Entry]:
    for assumption in assumptions().values():
        if assumption.source:
            title = assumption.what[0].upper() + assumption.what[1:]
            yield Entry(title, assumption.source, f"{assumption.what}. {assumption.why}")


def _topics() -> Iterator[Entry]:
    text = files("tools.docs").joinpath("topics.toml").read_text(encoding="utf-8")
    for url, topic in tomllib.loads(text).items():
        yield Entry(topic["title"], url, topic["about"])
