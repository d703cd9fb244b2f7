"""Proving who you are: identifiers, passwords, tokens and the sessions that tokens name. Not what you may do."""
