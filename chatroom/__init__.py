"""Chatroom: a self-hosted chat room server that talks Socket.IO and HTTP and keeps everything in SQL."""

__version__ = "0.1.0"
