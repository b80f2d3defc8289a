"""`python -m duecourse.config` is `duecourse`."""

import sys

from duecourse.config.command import main

sys.exit(main())
