"""Words for making and clearing the demonstration."""

from flask_babel import lazy_gettext as _

WORDS = {
    "demo-not-empty": _("There are rounds here already, so the demonstration was not made"),
    "demo-beside-real-round": _("“%(title)s” is not part of the demonstration, so nothing was removed"),
}
