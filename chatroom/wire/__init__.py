"""Engine.IO v4 and Socket.IO v5 without input or output: bytes in, packets out."""
