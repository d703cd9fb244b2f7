"""Who is here and who is typing: counted from connections, best effort, never part of the log."""
