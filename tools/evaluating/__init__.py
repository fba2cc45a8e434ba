"""How well a run judged a workload of which everything is known."""
