"""The terms of a what-if: objectives, fixes and losses, said in a question or before it."""

import re
from typing import Any

from agents.conversation.planner import cues
from agents.conversation.planner.calls import Call, Said
from agents.conversation.planner.naming import Naming
from agents.conversation.planner.reading import Reading


class Terms:
    """The terms of one question."""

    def __init__(self, reading: Reading, said: Said, names: Naming) -> None:
        self.r, self.said, self.names = reading, said, names

    def here(self) -> dict[str, Any]:
        """What this question says of objectives."""
        return {kind: values[-1] for kind, values in self.r.objectives.items()}

    def carried(self, *, always: bool = False) -> dict[str, Any]:
        """What the what-if before has, if this one goes on from it."""
        before = self.said.last_of("what_if")
        if before is None or not (always or self.r.has(cues.FOLLOWS)):
            return {}
        kept = ("rto", "rpo", "region_rto", "region_rpo", "fixes")
        return {k: v for k, v in before.arguments.items() if k in kept}

    def how_long_lost(self) -> bool:
        """Whether the only time is how long something named is lost: `if orders-db is down for`."""
        times, text = self.r.durations, self.r.text
        somewhere = self.r.named or self.r.zones or self.r.regions
        return bool(
            somewhere
            and len(times) == 1
            and not self.r.speaks_of_objectives
            and re.search(cues.LASTS, text[: times[0].start])
        )

    def beside(self) -> "dict[str, Any] | Call":
        """Fixes and losses that stand beside objectives in one sentence."""
        of_region = any(kind.startswith("region") for kind in self.r.objectives)
        somewhere = self.r.has(cues.PLACE_LOST) and not of_region
        if self.r.zones or somewhere or (self.r.named and self.r.has(cues.LOST)):
            place = self.names.place(required=False)
            if isinstance(place, str):
                return {"lose": place}
            if place and somewhere:
                return place
        if self.r.checks or self.r.named:
            fixes = self.names.mended()
            if isinstance(fixes, list) and fixes:
                return {"fixes": fixes}
        return {}
