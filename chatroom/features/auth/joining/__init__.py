"""Signing up and in, and taking away what lets a person in."""
