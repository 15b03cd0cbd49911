# Answers every request with "METHOD target length-of-body" and prints that line, once the request has been read to its end.
import sys
import threading

import tornado.ioloop
import tornado.netutil
import tornado.httpserver
import tornado.web


class Echo(tornado.web.RequestHandler):
    def answer(self):
        line = f"{self.request.method} {self.request.uri} {len(self.request.body)}"
        print(line, flush=True)
        self.write(line)

    get = post = put = delete = patch = options = answer


sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
tornado.httpserver.HTTPServer(tornado.web.Application([(r".*", Echo)])).add_sockets(sockets)
print(f"port {sockets[0].getsockname()[1]}", flush=True)
loop = tornado.ioloop.IOLoop.current()
# Ends with the test that started it.
threading.Thread(target=lambda: (sys.stdin.read(), loop.add_callback(loop.stop)), daemon=True).start()
loop.start()
