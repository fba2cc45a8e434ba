"""What the reader should know of all recommendations together."""

from collections.abc import Iterator, Sequence

from state.recommendations import Recommendation, Source
from state.snapshot import Snapshot
from tools.recommending.candidates import is_about
from tools.recommending.topics import Topic


def note(chosen: Sequence[Recommendation], topic: Topic, snapshot: Snapshot, top: int) -> str:
    """Sentences; empty if the recommendations say it all."""
    return " ".join(_sentences(chosen, topic, snapshot, top))


def _sentences(
    chosen: Sequence[Recommendation], topic: Topic, snapshot: Snapshot, top: int
) -> Iterator[str]:
    for each in topic.unknown:
        yield f"There are no recommendations on {each!r}."
    if topic.parts:
        yield f"{topic.name[:1].upper()}{topic.name[1:]} are ranked together."
    for part in topic.parts or (topic,):
        absent = _absent(part, snapshot)
        if absent:
            yield f"The workload has no {absent} resource: good practice stands in for it."
        elif topic.parts and not any(is_about(each, part, snapshot) for each in chosen):
            yield f"None of these is about {part.name}: ask for it alone, or for more."
    general = all(each.source is Source.GENERAL for each in chosen)
    if general and not any(_absent(part, snapshot) for part in topic.parts or (topic,)):
        yield "No check found anything to do here: this is good practice that no API shows."
    if len(chosen) < top:
        yield f"No more than these {len(chosen)} are known; {top} were asked for."


def _absent(topic: Topic, snapshot: Snapshot) -> str:
    """The kind of resource that is asked about where the workload has none of it."""
    subject = topic.of or topic
    members = [each.id for each in snapshot.resources.values() if each.member]
    is_there = subject.resources or subject.among(members, snapshot)
    return subject.name if subject.is_narrow and not is_there else ""
