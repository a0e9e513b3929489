"""HTTP as uvicorn speaks it with httptools, which by itself would keep a head of any length in memory."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of a head that is still not at its end.
_LONGEST_HEAD = 64 * 2**10


class BoundedHead(HttpToolsProtocol):
    """Ends a connection whose head is too long. Uvicorn's protocols can only be changed by overriding."""

    _head = 0
    _in_head = True
    _ended = False

    def data_received(self, data: bytes) -> None:
        """Take bytes; those in which a head or a message ends do not count, since they hold a body, too."""
        self._ended = False
        super().data_received(data)
        if self._in_head and not self._ended:
            self._head += len(data)
            if self._head > _LONGEST_HEAD and self.transport is not None:
                self.transport.abort()

    def on_headers_complete(self) -> None:
        """Begin with the body."""
        self._in_head, self._ended = False, True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Begin with the next head."""
        self._in_head, self._ended, self._head = True, True, 0
        super().on_message_complete()
