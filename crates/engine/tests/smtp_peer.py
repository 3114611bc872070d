"""A mail server that does what the name of the receiver says, and tells what it saw, a JSON line each.

550@   is refused for good        451@   is refused once, then taken
554@   the text is refused        slow@  the answer to the text never comes
others are taken
"""

import asyncio
import json
import sys

from aiosmtpd.controller import Controller


def tell(**what):
    print(json.dumps(what), flush=True)


class Handler:
    def __init__(self):
        self.later = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        tell(event="rcpt", to=address, from_=envelope.mail_from)
        if name == "550":
            return "550 5.1.1 no such mailbox"
        if name == "451" and address not in self.later:
            self.later.add(address)
            return "451 4.7.1 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("slow@"):
            tell(event="slow")
            await asyncio.sleep(600)
        if envelope.rcpt_tos[0].startswith("554@"):
            return "554 5.7.1 looks like spam"
        tell(event="mail", to=envelope.rcpt_tos, text=envelope.content.decode("utf-8", "replace"))
        return "250 OK"


controller = Controller(Handler(), hostname="127.0.0.1", port=0)
# The controller asks its own port whether it is there, and port 0 is none: serve by hand.
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
server = loop.run_until_complete(loop.create_server(controller.factory, host="127.0.0.1", port=0))
tell(event="listening", port=server.sockets[0].getsockname()[1])
loop.run_in_executor(None, sys.stdin.read).add_done_callback(lambda _: loop.stop())
loop.run_forever()
