"""A collector of traces on this machine: takes OTLP by HTTP, and keeps what it was sent."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    """``spans`` as (name, attributes, id, parent); ``address`` is what ``OTLP_URL`` is set to."""

    def __init__(self):
        self.spans, self.services, self.raw, collector = [], set(), b"", self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.take(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, body):
        sent = ExportTraceServiceRequest.FromString(body)
        self.raw += body
        for resource in sent.resource_spans:
            self.services |= {
                each.value.string_value for each in resource.resource.attributes if each.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans += [
                    (
                        each.name,
                        {one.key: one.value.string_value or one.value.int_value for one in each.attributes},
                        each.span_id,
                        each.parent_span_id,
                    )
                    for each in scope.spans
                ]

    def named(self, name):
        """Spans of this name, oldest first, as (attributes, id, parent)."""
        return [each[1:] for each in self.spans if each[0] == name]
