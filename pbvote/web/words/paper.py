"""Words for paper ballots."""

from flask_babel import lazy_gettext as _

WORDS = {
    "batch-not-found": _("We cannot find that batch of paper ballots"),
    "sheet-unreadable": _("Type the numbers of the projects, first choice first, like 12, 4, 30"),
    "sheet-too-long": _(
        "That is more than %(most)s projects. If the sheet has as many, tick that it cannot be counted"
    ),
    "sheet-repeats": _(
        "%(number)s stands there twice. If it does on the sheet too, tick that it cannot be counted"
    ),
    "sheet-choice-unknown": _(
        "There is no project %(number)s on this ballot. If the sheet says so, tick that it cannot be counted"
    ),
    "sheet-empty": _("Type the numbers on the sheet, or tick that it cannot be counted"),
}
