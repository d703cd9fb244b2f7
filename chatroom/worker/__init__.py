"""Due jobs in, operations out: the third way into the program, beside HTTP and sockets."""

from chatroom.worker.runner import Runner

__all__ = ["Runner"]
