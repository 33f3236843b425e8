"""A bad line between a browser and the server: it can be cut, and can lose an answer after the server acted."""

import contextlib
import socket
import threading

# How requests begin that bring facts, and those that bring a part of a photo.
FACTS = (b"POST /api/v1/field/sealed", b"POST /api/v1/events")
PHOTO = (b"PATCH /api/v1/photos",)
METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE")


class Line:
    """Listens on ``port`` and passes on to ``target`` (a port of this machine).

    ``cut``: nobody gets through. ``lose``: for each of these (how requests begin) one answer gets lost, once
    the server has answered. ``kill``: called when facts have passed, before their answer.
    """

    def __init__(self, target):
        self.target = target
        self.cut = False
        self.lose = []
        self.kill = None
        self.bytes = 0
        self.requests = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()
        self._drop()

    def cut_off(self):
        """No network from now on; what is under way breaks."""
        self.cut = True
        self._drop()

    def mend(self):
        self.cut = False

    def _drop(self):
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser):
        state = {"losing": None}
        with browser, contextlib.suppress(OSError):
            if self.cut:
                return
            with socket.create_connection(("127.0.0.1", self.target), timeout=60) as server:
                self._open |= {browser, server}
                back = threading.Thread(target=self._back, args=(server, browser, state), daemon=True)
                back.start()
                self._there(browser, server, state)
                back.join()
                self._open -= {browser, server}

    def _there(self, browser, server, state):
        with contextlib.suppress(OSError):
            while data := browser.recv(65536):
                if self.cut:
                    break
                self._note(data)
                if self.kill and data.startswith(FACTS):
                    kill, self.kill = self.kill, None
                    server.sendall(data)
                    kill()
                    break
                if data.split(b" ", 1)[0] in METHODS:
                    state["losing"] = next((each for each in self.lose if data.startswith(each)), None)
                server.sendall(data)
        for each in (browser, server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _back(self, server, browser, state):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if self.cut:
                    break
                if state["losing"]:
                    self.lose.remove(state["losing"])
                    break
                self.bytes += len(data)
                browser.sendall(data)
        for each in (browser, server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _note(self, data):
        head = data[:200].split(b" HTTP/", 1)[0]
        if b" /" in head and head.split(b" ")[0].isupper():
            self.requests.append(head.decode("latin-1"))
