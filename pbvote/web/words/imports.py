"""Words for rounds brought in from files."""

from flask_babel import lazy_gettext as _

WORDS = {
    "imported-already": _("This election is here already"),
}
