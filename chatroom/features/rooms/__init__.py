"""Rooms, who belongs to them, who listens, and the invites to them. What is said in them is the slice `messages`."""
