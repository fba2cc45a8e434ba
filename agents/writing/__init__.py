"""How the report writer puts the result into words with a model."""
