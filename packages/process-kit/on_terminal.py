"""Runs a command with a terminal for its stdin and stdout; its stderr and its exit status pass through.

What is written to this program's stdin is typed on that terminal, which echoes it, and what the terminal
shows comes out of stdout. SIGHUP closes the terminal, as closing its window does.
"""

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios


def copy(terminal):
    sources = [terminal, sys.stdin.fileno()]
    while True:
        for source in select.select(sources, [], [])[0]:
            data = os.read(source, 4096)
            if source == terminal:
                if not data:
                    return
                os.write(sys.stdout.fileno(), data)
            elif data:
                os.write(terminal, data)
            else:
                sources.remove(source)


terminal, command_side = pty.openpty()
command = subprocess.Popen(
    sys.argv[1:],
    stdin=command_side,
    stdout=command_side,
    start_new_session=True,
    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
)
os.close(command_side)
signal.signal(signal.SIGTERM, lambda *_: command.terminate())
signal.signal(signal.SIGHUP, lambda *_: os.close(terminal))

try:
    copy(terminal)
except OSError:  # No process has the terminal any more (EIO, on Linux), or it has been closed (EBADF)
    pass
status = command.wait()
sys.exit(status if status >= 0 else 128 - status)
