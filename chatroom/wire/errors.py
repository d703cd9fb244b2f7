"""What a peer can do wrong on the wire."""


class ProtocolError(Exception):
    """The peer broke the protocol; `code` is the WebSocket close code (RFC 6455, 7.4.1) it is told."""

    def __init__(self, reason: str, code: int = 1002) -> None:
        """Keep the reason for the counters and the code for the close frame."""
        super().__init__(reason)
        self.code = code
