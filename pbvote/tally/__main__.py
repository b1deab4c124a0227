"""``python -m pbvote.tally FILE``: see ``command``."""

import sys

from pbvote.tally.command import main

if __name__ == "__main__":
    sys.exit(main())
