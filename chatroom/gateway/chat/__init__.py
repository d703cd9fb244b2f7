"""What the sockets carry: who connects, events as operations, rooms and their listeners, older dialects."""
