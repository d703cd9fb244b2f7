"""The group-committing writer: batches of sends, in lanes."""
