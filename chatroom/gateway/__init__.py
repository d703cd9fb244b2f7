"""Sockets in, operations out; events in, frames out."""
