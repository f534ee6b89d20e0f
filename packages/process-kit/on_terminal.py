"""Runs a command with a terminal for its stdin and stdout; its stderr and its exit status pass through.

What is written to this program's stdin is typed on that terminal, which echoes it, and what the terminal
shows comes out of stdout.
"""

import os
import pty
import select
import signal
import subprocess
import sys

terminal, command_side = pty.openpty()
command = subprocess.Popen(sys.argv[1:], stdin=command_side, stdout=command_side)
os.close(command_side)
signal.signal(signal.SIGTERM, lambda *_: command.terminate())

sources = [terminal, sys.stdin.fileno()]
while True:
    for source in select.select(sources, [], [])[0]:
        try:
            data = os.read(source, 4096)
        except OSError:  # Linux says EIO where the command has closed the terminal
            data = b""
        if not data and source == terminal:
            status = command.wait()
            sys.exit(status if status >= 0 else 128 - status)
        if not data:
            sources.remove(source)
        elif source == terminal:
            os.write(sys.stdout.fileno(), data)
        else:
            os.write(terminal, data)
