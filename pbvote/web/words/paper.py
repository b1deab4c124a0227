"""Words for paper ballots."""

from flask_babel import lazy_gettext as _

WORDS = {
    "batch-not-found": _("We cannot find that batch of paper ballots"),
    "sheet-unreadable": _("Type the numbers of the projects, first choice first, like 12, 4, 30"),
    "sheet-empty": _("Type the numbers on the sheet, or tick that it cannot be counted"),
}
