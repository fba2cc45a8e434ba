"""From verdicts to letters: estimates as sums of sourced terms, compared with the objectives."""
