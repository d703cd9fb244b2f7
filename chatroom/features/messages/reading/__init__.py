"""History and its cache, resume after an absence, read marks.

Theory of operation. A request first asks where the log of its room stands (`HeadReader`): one small query, or none
where the database has not changed since. What the caches hold is used only when that head proves it:

- *readers*: who may read the room, as good as its epoch and `access`.
- *newest pages* (`newest.py`): whole answers as JSON text, as good as the head and half a second old, for names
  change without a seq. Those who ask at the same time wait for one read.
- *messages* (`room_cache.py`): a stretch of each room without gaps up to a head, each message as JSON text without
  the names of its sender. It comes up to the head of a request in `_at`: what this node stored is there already
  (`follow_messages`, `follow_entry`); what others stored is read, messages and entries, and the messages that an
  entry has changed are read again. After more than 50 entries it is read anew.

A stretch that cannot be proven is forgotten, and the page comes from the database. Between two awaits another request
may have moved or forgotten the same stretch: after each await it is looked up again, and whoever finds it changed
reads from the database. Nothing that differs between readers is ever in a cache.
"""
