"""Engine.IO and Socket.IO connections: packets, heartbeat, what waits to be sent. Knows no rooms and no people."""
