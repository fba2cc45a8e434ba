"""Which verb a question asks for, and with which arguments: rules, the most particular first.

Every argument stems from the text or from what was asked before. Where a question can mean several
things, or nothing that is known, the verb is `clarify`.
"""

import re
from collections.abc import Callable
from typing import Any

from agents.conversation.planner import cues
from agents.conversation.planner.amounts import since_in
from agents.conversation.planner.calls import NOTHING_SAID, Call, Said, clarify
from agents.conversation.planner.guarding import guarded
from agents.conversation.planner.naming import Naming
from agents.conversation.planner.reading import Reading
from agents.conversation.planner.terms import Terms
from agents.conversation.planner.topics import topic_in, topic_named
from agents.conversation.planner.vocabulary import Vocabulary

_WITH_AT = frozenset(("as_code", "explain", "show", "diagram", "lose", "recommend", "runbook"))
_LONGEST_ANSWER = 5  # words of an answer to a question that was asked back


def understand(question: str, vocabulary: Vocabulary, said: Said = NOTHING_SAID) -> Call:
    """The verb that a question asks for.

    Args:
        question: as it was typed.
        vocabulary: of the workload.
        said: what was said before, for `and at 10 minutes?` and for answers to what was asked back.
    """
    reading = Reading(question, vocabulary)
    if said.unclear and len(question.split()) <= _LONGEST_ANSWER:
        alone = _Asked(reading, NOTHING_SAID).call()
        if alone.arguments.get("reason") in ("not_understood", "incomplete"):
            joined = Reading(f"{said.unclear.rstrip(' ?!.')} {question}", vocabulary)
            together = _Asked(joined, said).call()
            if together.verb != "clarify":
                return together
    return _Asked(reading, said).call()


class _Asked:
    """One question."""

    def __init__(self, reading: Reading, said: Said) -> None:
        self.r, self.said, self.names = reading, said, Naming(reading, said)
        self.terms = Terms(reading, said, self.names)
        self.hypothetical = reading.has(cues.IF)
        self.follows = reading.has(cues.FOLLOWS)

    def call(self) -> Call:
        """The first rule that has an answer."""
        if not re.search(r"\w", self.r.text):
            return clarify("not_understood")
        rules: tuple[Callable[[], Call | None], ...] = (
            self._several,
            self._docs,
            self._act,
            self._order,
            self._as_code,
            self._sweep,
            self._letter,
            self._objectives,
            self._runbook,
            self._diagram,
            self._compare,
            self._lose,
            self._fixes,
            self._raise,
            self._recommend,
            self._explain,
            self._show,
            self._follow_up,
            self._unclear,
        )
        found = next(call for rule in rules if (call := rule()))
        return guarded(self._placed(found), self.r)

    def _placed(self, call: Call) -> Call:
        """After a what-if, the talk is of it, until somebody says otherwise."""
        asked = self.said.last_of("what_if")
        if call.verb not in _WITH_AT or asked is None or self.r.has(cues.AS_IS):
            return call
        mended = {"fixes", "target"} & asked.arguments.keys()
        if mended and asked is not self.said.last:  # of what is, not of what it could be
            return call
        return Call(call.verb, {**call.arguments, "at": "what-if"})

    # -- rules, in their order --------------------------------------------------------------------

    def _several(self) -> Call | None:
        """Two things are asked for at once."""
        found: dict[str, str] = {}
        for part in re.split(cues.AND, self.r.text):
            kinds = [k for k, pattern in cues.DELIVERED.items() if re.search(pattern, part)]
            if kinds:
                found.setdefault(kinds[0], " ".join(part.split()))
        if len(found) < 2:
            return None
        return clarify("ambiguous", "One at a time: which one?", list(found.values()))

    def _docs(self) -> Call | None:
        if not self.r.has(cues.DOCS):
            return None
        about = re.sub(r"\bin the (?:aws )?(?:documentation|docs)$", "", self.r.folded).strip()
        topic = re.search(r".*?\b(?:about|on|for|regarding)\b (.+)", about)
        words = topic[1] if topic else re.sub(cues.DOCS + cues.SHOW_ME, "", about)
        words = re.sub(r"^(?:the|a|an|our)\s", "", words.strip(" :,"))
        if not words:
            options = ["documentation on point-in-time recovery"]
            return clarify("incomplete", "On which topic?", options)
        return Call("docs", {"about": self.r.as_typed(words)})

    def _act(self) -> Call | None:
        """Something is down, or will be: what is to be done, not what would stop."""
        if not self.r.has(cues.ACT) or not self.r.has(cues.LOST):
            return None
        return self._written()

    def _order(self) -> Call | None:
        """What would change the account."""
        tools = rf"{cues.RUNBOOK}|{cues.DRAW}|{cues.SWEEP}|{cues.GRADES}|\bon paper\b"
        if not cues.ORDERS.search(self.r.text) or self.r.letters or self.r.has(tools):
            return None
        return clarify("read_only")

    def _sweep(self) -> Call | None:
        grid = {k: list(v) for k, v in self.r.objectives.items() if k in ("rto", "rpo")}
        if not self.r.has(cues.SWEEP) and not any(len(values) > 1 for values in grid.values()):
            return None
        arguments: dict[str, Any] = dict(grid)
        if self.r.categories:
            arguments["category"] = self.r.categories[0]
        return Call("sweep", arguments)

    def _letter(self) -> Call | None:
        """A letter is named: wanted, demanded or doubted."""
        if self.r.strange_letter and not self.r.letters:
            return clarify(
                "incomplete", "Letters are A, A-, B+ ... F.", ["what would get us to a B"]
            )
        if not self.r.letters:
            return None
        letter = self.r.letters[-1]
        from_letter = {"letter": self.r.letters[0]} if self.r.has(cues.FROM_TO) else {}
        demanded = self.r.has(r"^(?:set|make|give)\b")
        if self.r.has(cues.WHY) or (self.r.has(cues.DOUBT) and not demanded):
            return self._explained(letter=letter)
        if self.r.has(cues.HOW_TO) or (self.follows and "target" in self.said.before("what_if")):
            if self.r.categories and not self.terms.here():  # a plan is for all of them
                return self._explained(target=letter, **from_letter)
            return Call("what_if", {**self.terms.here(), "target": letter})
        return (
            self._explained(target=letter, **from_letter)
            if self.r.has(f"{cues.RAISE}|{cues.WANTED}")
            else None
        )

    def _objectives(self) -> Call | None:
        """Times that are said of RTO or RPO, or follow some that were."""
        ago = since_in(self.r.text, self.r.vocabulary.today)
        if not self.r.durations or ago or self.terms.how_long_lost():
            return None
        if self.r.has(cues.WHY) and not self.hypothetical and not self.r.speaks_of_objectives:
            return None  # `why 9 hours?` is asked of an estimate
        if self.r.objectives:
            return self._on_terms()
        before = self.said.last_of("what_if")
        kinds = [kind for kind in ("rto", "rpo") if before and kind in before.arguments]
        time = self.r.durations[-1].text
        if len(kinds) == 1 and len(self.r.durations) == 1:
            return Call("what_if", {**self.terms.carried(always=True), kinds[0]: time})
        if self.hypothetical or self.follows or len(self.r.text.split()) <= 5:
            options = [f"what if the {kind} were {time}" for kind in ("RTO", "RPO")]
            return clarify("ambiguous", "Of which objective?", options)
        return None

    def _on_terms(self) -> Call:
        beside = self.terms.beside()
        if isinstance(beside, Call):
            return beside
        return Call("what_if", {**self.terms.carried(), **self.terms.here(), **beside})

    def _as_code(self) -> Call | None:
        if self.hypothetical or self.r.has(cues.SO_MANY) or self.r.has(r"\brecommend\w*"):
            return None
        kinds = [kind for kind, pattern in cues.CODE_KINDS.items() if self.r.has(pattern)]
        if not self.r.has(cues.CODE) and "experiments" not in kinds:
            return None
        language = {"language": "terraform"} if self.r.has(cues.TERRAFORM) else {}
        return Call("as_code", {"kind": kinds[0], **language} if len(kinds) == 1 else language)

    def _runbook(self) -> Call | None:
        if not self.r.has(cues.RUNBOOK) and not self.r.has(cues.RESTORE):
            return None
        return self._written()

    def _diagram(self) -> Call | None:
        return Call("diagram", {}) if self.r.has(cues.DRAW) else None

    def _compare(self) -> Call | None:
        since = since_in(self.r.text, self.r.vocabulary.today)
        if not self.r.has(cues.COMPARE):
            return None
        if self.hypothetical and not since and not self.r.has(r"\bcompare"):
            return None
        asked = self.said.last_of("what_if")
        if asked and not since and self.r.has(cues.OF_WHAT_IF):
            return Call("compare", {"between": "what-if"})
        if not since and self.r.has(cues.SINCE_WHAT):
            return clarify("incomplete", "Since when?", ["what changed since 2026-11-01"])
        return Call("compare", {"since": since} if since else {})

    def _lose(self) -> Call | None:
        lost = self.r.has(cues.LOST)
        follows = self.said.before("lose") and (self.follows or len(self.r.text.split()) <= 3)
        power = self.r.zones and self.r.has(r"\bpower\b|\bflood|\bfire\b")
        if not (lost or follows or power):
            return None
        what = (follows and self._next_zone()) or self.names.place(required=lost)
        if isinstance(what, Call):
            return what
        return Call("lose", {"what": what}) if what else None

    def _next_zone(self) -> str | None:
        """`and b?` after `az:eu-west-1a`."""
        before = str(self.said.before("lose")["what"])
        letter = re.fullmatch(cues.JUST_A_ZONE, self.r.text)
        zone = before[:-1] + letter[1] if letter and before.startswith("az:") else ""
        return zone if zone.removeprefix("az:") in self.r.vocabulary.zones else None

    def _fixes(self) -> Call | None:
        """Something mended on paper."""
        goes_on = self.follows and self.said.before("what_if")
        if not self.hypothetical and not self.r.has(r"\bon paper\b") and not goes_on:
            return None
        if self.r.has(cues.HOW_LONG) or self.r.has(cues.HAPPENS):
            return None
        fixes = self.names.mended()
        if isinstance(fixes, Call):
            return fixes
        if not fixes:
            return None
        before = self.terms.carried()
        made = before.get("fixes", []) if self.r.has(cues.AS_WELL) else []
        return Call("what_if", {**before, "fixes": list(dict.fromkeys([*made, *fixes]))})

    def _raise(self) -> Call | None:
        """Grades doubted, or to be raised without saying to what."""
        if not self.r.has(cues.GRADES) and not self.r.categories:
            return None
        if self.r.has(cues.DOUBT) or (self.r.has(cues.RAISE) and self.r.has(cues.GRADES)):
            return self._explained()
        return None

    def _recommend(self) -> Call | None:
        last = self.said.last
        just_so_many = re.fullmatch(cues.JUST_SO_MANY, self.r.text)
        goes_on = bool(self.follows or just_so_many or self.r.has(r"\bmore\b"))
        again = goes_on and last is not None and last.verb == "recommend"
        topic = self.names.resource() if self.r.named else topic_in(self.r)
        if not self.r.has(cues.RECOMMEND) and not (again and (topic or just_so_many)):
            return None
        if isinstance(topic, Call):
            return topic
        before = self.said.before("recommend") if again else {}
        arguments = {name: value for name, value in before.items() if name != "at"}
        if topic:
            arguments["topic"] = topic
        number = re.search(cues.SO_MANY, self.r.unnamed)
        if number and 0 < int(number[1]) <= 100:
            arguments["top"] = int(number[1])
        elif self.r.has(cues.THE_ONE):
            arguments["top"] = 1
        return Call("recommend", arguments)

    def _explain(self) -> Call | None:
        if self.r.has(cues.UNREADABLE):  # why something is not known: what could not be read
            return None
        lasts = self.r.named and self.r.has(cues.HOW_LONG)
        if not self.r.has(cues.WHY) and not lasts:
            return None
        if re.fullmatch(cues.JUST_WHY, self.r.text) and not self.said.last:
            options = ["why is latency a D?", "explain the overall letter"]
            return clarify("incomplete", "Why what?", options)
        return self._explained()

    def _show(self) -> Call | None:
        what = self._listed()
        if not what:
            return None
        topic = None if self.r.named or self.r.categories else topic_named(self.r)
        weak = what == "findings" or (what == "gaps" and not self.r.has(cues.UNREAD))
        if topic and weak:  # findings are not sorted by topics: recommendations are
            return Call("recommend", {"topic": topic})
        arguments: dict[str, Any] = {"what": what}
        if what == "findings":
            if self.r.severities:
                arguments["severity"] = self.r.severities
            resource = self.names.resource()
            if isinstance(resource, Call):
                return resource
            if resource:
                arguments["resource"] = resource
        if what == "resources" and self.r.nouns:
            arguments["kind"] = self.r.nouns[0]
        if self.r.categories and what in ("findings", "gaps", "questions", "letters"):
            arguments["category"] = self.r.categories[0]
        return Call("show", arguments)

    def _listed(self) -> str | None:
        """What is to be shown."""
        kinds = [kind for kind, pattern in cues.SHOW.items() if self.r.has(pattern)]
        if "findings" in kinds and (self.r.severities or kinds[0] == "resources"):
            return "findings"
        if kinds:
            return kinds[0]
        if self.r.severities and self.r.has(r"\banything\b|\bwhat\b|\bshow\b|\blist\b"):
            return "findings"
        if self.r.has(cues.FINE) and (self.r.named or self.r.nouns or topic_named(self.r)):
            return "findings"
        if self.r.has(r"^(?:is|are)\b") and self.r.categories and (self.r.named or self.r.nouns):
            return "findings"
        of_a_kind = self.r.nouns and not self.r.named and self.r.has(cues.WHICH)
        return "resources" if of_a_kind else None

    def _follow_up(self) -> Call | None:
        """`and load?`: the last verb with something else."""
        last = self.said.last
        if last is None or not (self.follows or len(self.r.text.split()) <= 4):
            return None
        if last.verb in _WITH_AT and re.fullmatch(cues.JUST_AS_IS, self.r.text):
            return Call(last.verb, {k: v for k, v in last.arguments.items() if k != "at"})
        if last.verb == "explain" and self.names.has_subject:
            return self._explained()
        scope = self.names.scope()
        if last.verb == "runbook" and scope:
            return Call("runbook", {"scope": scope})
        found: dict[str, Any] = {}
        if self.r.categories:
            found["category"] = self.r.categories[0]
        if last.verb == "show" and self.r.severities:
            found["severity"] = self.r.severities
        if last.verb == "show" and self.r.named:
            found["resource"] = self.r.named[0].call
        of_findings = last.arguments.get("what") == "findings"
        if not found or not (last.verb == "sweep" or (last.verb == "show" and of_findings)):
            return None
        return Call(last.verb, {k: v for k, v in last.arguments.items() if k != "at"} | found)

    def _unclear(self) -> Call:
        if self.r.speaks_of_objectives:
            options = ["what if RTO were 2 hours and RPO 30 minutes?"]
            return clarify("incomplete", "Which RTO or RPO, as a time longer than zero?", options)
        if self.r.text in ("what if", "if") or self.follows:
            return clarify("incomplete", "What exactly?", ["what if RTO were 2 hours?"])
        return clarify("not_understood")

    # -- parts ------------------------------------------------------------------------------------

    def _written(self) -> Call:
        scope = self.names.scope()
        return Call("runbook", {"scope": scope} if scope else {})

    def _explained(self, **arguments: str) -> Call:
        subject = self.names.subject()
        return (
            subject
            if isinstance(subject, Call)
            else Call("explain", {"what": subject, **arguments})
        )
