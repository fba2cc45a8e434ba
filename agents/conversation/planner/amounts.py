"""Durations, numbers and points in time as people write them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from agents.conversation.arguments import compact
from agents.conversation.planner.words import words
from state.errors import InvalidDuration
from state.objectives import parse_duration

_AMOUNT = re.compile(
    r"(?<!\d)(?<!\d\.)\d+(?:\.\d+)?\s*"
    r"(?:(?P<week>weeks?|wks?|w)|(?P<day>days?|d)|(?P<hour>hours?|hrs?|h)"
    r"|(?P<minute>minutes?|mins?|min|m)|(?P<second>seconds?|secs?|s))(?![a-z_.-]*[a-z])"
)
_UNITS = ("week", "day", "hour", "minute", "second")
_ISO = re.compile(r"(?<!\w)pt?(?:\d+[dhms])+t?(?:\d+[hms])*(?!\w)")
_IN_WORDS = (
    (r"\ban hour and a half\b|\bone and a half hours\b|\b1 and a half hours\b", "90 minutes"),
    (r"\b(\d+) and a half (hour|day|minute)s\b", r"\1.5 \2s"),
    (r"\b(?:a )?quarter of an hour\b|\ba quarter hour\b", "15 minutes"),
    (r"\bthree quarters of an hour\b|\b3 quarters of an hour\b", "45 minutes"),
    (r"\bhalf (?:an|1) hour\b|\b(?:a )?half hour\b", "30 minutes"),
    (r"\bhalf a day\b", "12 hours"),
    (r"\bhalf a minute\b", "30 seconds"),
    (r"\b(?:an?|1) (?:full |whole |single )?(hour|day|week|minute)\b", r"1 \1"),
    (r"\ba second\b(?! (?!of|or|at|to|for|rto|rpo)\w)", "1 second"),  # not `a second gateway`
)
_AGO = (
    (r"\byesterday\b", "1d"),
    (r"\blast night\b", "1d"),
    (r"\b(?:last|past|this|previous) week\b", "7d"),
    (r"\b(?:last|past|this|previous) month\b", "30d"),
    (r"\b(?:a|1) week ago\b", "7d"),
    (r"\b(?:a|1|last|one) month(?: ago)?\b", "30d"),
    (r"\b(?:last|past|this|previous) year\b", "365d"),
)
_ISO_DATE = r"\b(\d{4}-\d{2}-\d{2})\b"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (?P<year>\d{4}))?\b"
_DATES = (rf"\b{_DAY}(?: of)? {_MONTH}{_YEAR}", rf"\b{_MONTH} (?:the )?{_DAY}{_YEAR}")
_NOT_TO_LAST = "".join(
    f"(?<!\\b{word} )"
    for word in ("can", "could", "may", "might", "must", "not", "should", "to", "will", "would")
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Span:
    """A duration, and where in the text it stands."""

    text: str  # as `compact` spells it
    start: int
    end: int


def with_digits(text: str) -> str:
    """A lower-case text with its numbers and durations in digits."""
    for word in sorted(words().numbers, key=len, reverse=True):
        text = re.sub(rf"\b{word}\b(?! and only)", str(words().numbers[word]), text)
    text = re.sub(r"\ba 2\b", "2", text)
    for pattern, meant in _IN_WORDS:
        text = re.sub(pattern, meant, text)
    return text


def durations_in(text: str) -> list[Span]:
    """The durations of a text in digits, in its order; none that is zero or below."""
    found = []
    for start, end in sorted((*_amounts(text), *(m.span() for m in _ISO.finditer(text)))):
        if text[:start].rstrip().endswith("-"):
            continue
        try:
            seconds = parse_duration(text[start:end].replace("hrs", "hours").replace("wk", "week"))
        except InvalidDuration:
            continue
        if seconds:
            found.append(Span(compact(seconds), start, end))
    return found


def _amounts(text: str) -> list[tuple[int, int]]:
    """Where amounts stand; what goes on with a smaller unit is one: `2 hours and 30 minutes`."""
    found: list[tuple[int, int]] = []
    before = ""
    for match in re.finditer(r"\d", text):
        amount = _AMOUNT.match(text, match.start())
        if amount is None:
            continue
        unit = str(amount.lastgroup)
        goes_on = (
            found
            and re.fullmatch(r"\s*(?:and )?\s*", text[found[-1][1] : amount.start()])
            and _UNITS.index(unit) > _UNITS.index(before)
        )
        if goes_on:
            found[-1] = found[-1][0], amount.end()
        elif not re.search(r"[\w.]$", text[: amount.start()]):
            found.append(amount.span())
        else:  # the end of a name, or of PT2H
            continue
        before = unit
    return found


def since_in(text: str, today: date) -> str | None:
    """From when on, as a date or how long ago: `2026-11-01`, `7d`."""
    for pattern, day_of in ((_ISO_DATE, _iso), *((each, _last) for each in _DATES)):
        dated = re.search(pattern, text)
        if dated:
            return day_of(dated, today)
    for pattern, ago in _AGO:
        if re.search(pattern, text):
            return ago
    months = re.search(r"\b(\d+) months?\b", text)
    if months:
        return f"{int(months[1]) * 30}d"
    for number, day in enumerate(_WEEKDAYS):
        if re.search(rf"\b(?:since|on|last) {day}\b", text):
            back = (today.weekday() - number) % 7 or 7
            return (today - timedelta(days=back)).isoformat()
    spans = durations_in(text)
    ago_words = re.search(rf"\bago\b|\bsince\b|{_NOT_TO_LAST}\b(?:last|past)\s+\d", text)
    return spans[0].text if spans and ago_words else None


def _iso(dated: re.Match[str], _today: date) -> str | None:
    try:
        return date.fromisoformat(dated[1]).isoformat()
    except ValueError:
        return None


def _last(dated: re.Match[str], today: date) -> str | None:
    """A day and month; without a year, the last such day."""
    day, month = int(dated["day"]), _MONTHS.index(dated["month"]) + 1
    years = [int(dated["year"])] if dated["year"] else [today.year, today.year - 1]
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found.isoformat()
    return None
