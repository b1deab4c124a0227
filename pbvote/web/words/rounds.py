"""Words for rounds and their phases."""

from flask_babel import lazy_gettext as _

WORDS = {
    "not-found": _("We cannot find that"),
    "not-allowed": _("You are not allowed to do that"),
    "round-not-found": _("We cannot find that round"),
    "voting-delayed": _("Voting has not opened yet. We will say here when it does"),
    "voting-not-open": _("Voting opens on %(opens)s"),
    "voting-closed": _("Voting closed on %(closed)s"),
    "proposals-not-open": _("You can send proposals from %(opens)s"),
    "proposals-closed": _("Proposals closed on %(closed)s"),
    "wrong-phase": _("This cannot be done at this stage of the round"),
}
