"""Passwords: checking and changing them, first ones by SMS, and giving one again before what matters."""
