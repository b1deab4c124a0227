"""Words for counting and publishing."""

from flask_babel import lazy_gettext as _

WORDS = {
    "not-counted": _("The ballots have not been counted yet"),
    "round-read-only": _("This round was brought in from a file, so it cannot be changed"),
    "nothing-to-correct": _("Nothing has changed since the last publication, so there is nothing to correct"),
    "draft-changed": _("The result has changed since you opened this page. Read it again, then sign it"),
}
