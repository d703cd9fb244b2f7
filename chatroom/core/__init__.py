"""What every slice is written in: operations, contexts, errors, audiences. It knows no web, no socket and no vendor."""
