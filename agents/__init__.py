"""Who judges: the specialists, the grader, the report writer."""
