"""What the server promises to clients, written out: OpenAPI, AsyncAPI, TypeScript and the reference pages.

Everything here is made from the operations table and the event classes; nothing is described a second time.
"""
