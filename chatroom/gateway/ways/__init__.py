"""The ways in: HTTP, long-polling, WebSockets under uvicorn and under any ASGI server; and who is admitted."""
