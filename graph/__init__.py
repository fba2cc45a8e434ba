"""The state machine, and the ways into it."""
