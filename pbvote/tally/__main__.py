"""``python -m pbvote.tally FILE``: see ``command``."""

import gc
import sys

from pbvote.tally.command import main

if __name__ == "__main__":
    gc.disable()  # one count and the process ends: searching for cycles would take a tenth of its time
    sys.exit(main())
