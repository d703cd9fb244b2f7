"""`chatroom bench`: what this machine can carry. The full bench, with its peers, is bench/ of the source tree."""
