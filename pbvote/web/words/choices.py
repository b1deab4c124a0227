"""Words for choosing and ordering."""

from flask_babel import lazy_gettext as _

WORDS = {
    "pot-not-found": _("We cannot find that ballot, or it is not open to you"),
    "move-unknown": _("We do not know that button. Go back and try again"),
    "choices-too-few": _("Choose at least %(least)s"),
    "choices-too-many": _("You can choose up to %(most)s. Take away %(over)s, then go on"),
}
