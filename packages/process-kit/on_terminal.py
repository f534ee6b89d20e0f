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

terminal, command_side = pty.openpty()
closing, close = os.pipe()
command = subprocess.Popen(
    sys.argv[1:],
    stdin=command_side,
    stdout=command_side,
    start_new_session=True,
    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
)
os.close(command_side)
signal.signal(signal.SIGTERM, lambda *_: command.terminate())
signal.signal(signal.SIGHUP, lambda *_: os.write(close, b"!"))

sources = [terminal, sys.stdin.fileno(), closing]
while terminal in sources:
    for source in select.select(sources, [], [])[0]:
        try:
            data = os.read(source, 4096)
        except OSError:  # Linux says EIO where the command has closed the terminal
            data = b""
        if source == closing or (not data and source == terminal):
            os.close(terminal)
            sources.remove(terminal)
            break
        elif not data:
            sources.remove(source)
        elif source == terminal:
            os.write(sys.stdout.fileno(), data)
        else:
            os.write(terminal, data)

status = command.wait()
sys.exit(status if status >= 0 else 128 - status)
