"""Words for rehearsing a count."""

from flask_babel import lazy_gettext as _

WORDS = {
    "rehearsal-nothing": _("There is no proposal yet to rehearse with. Come back when groups have sent some"),
}
