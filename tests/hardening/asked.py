"""What readers are asked to do in tests; it stands in a module of its own because readers import what they are asked."""

import os
import time


def add(first, second):
    return first + second


def refuse(error):
    raise error


def sleep(file):
    file.write_text(str(os.getpid()))
    time.sleep(60)


def spin():
    while True:
        pass


def allocate():
    return len(bytearray(1 << 32))


def allocate_piecemeal():
    kept = []
    while True:
        kept.append(bytes(1 << 20))


def abort():
    os.abort()


def segfault():
    os.kill(os.getpid(), 11)


def leave():
    os._exit(3)


class Panic(BaseException):
    """What libraries in another language raise."""


def panic():
    raise Panic


def shout():
    os.write(1, b"secret")
    os.write(2, b"secret")
    return "quiet"
