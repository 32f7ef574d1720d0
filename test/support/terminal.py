"""Runs a command on a pseudo terminal: terminal.py '[["text to wait for", "keys"], ...]' COMMAND...

Prints what the command showed. Exits with its code.
"""

import json
import os
import pty
import select
import sys

DEADLINE_SECONDS = 60


def main() -> int:
    steps = json.loads(sys.argv[1])
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    shown = b""
    fresh = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], DEADLINE_SECONDS)
        if not ready:
            os.kill(pid, 9)
            break
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
        fresh += data
        if steps and steps[0][0].encode() in fresh:
            os.write(terminal, steps.pop(0)[1].encode())
            fresh = b""
    _, status = os.waitpid(pid, 0)
    sys.stdout.buffer.write(shown)
    return os.waitstatus_to_exitcode(status) % 256


sys.exit(main())
