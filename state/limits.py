"""What one run may spend on models."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The most that all agents of one run may spend together."""

    tokens: int = 400_000
    usd: float = 2.0
    model_calls: int = 120
    seconds: float = 600.0
    steps: int = 24  # model calls of one agent
