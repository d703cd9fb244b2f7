"""The room log: every durable thing that happens in a room takes the room's next dense `seq`, in its transaction.

It orders and resumes; it never holds content (a message's own row carries its seq, other entries stand here).
"""
