"""How a specialist thinks with a model."""
