"""Recovery procedures, one module per service; a new one registers nowhere."""
