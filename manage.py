#!/usr/bin/env python
"""Django's own commands, by the same way as `duecourse`: the embedded database is started when a command needs it."""

import sys

from duecourse.config.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
