"""Words for proposals and their pictures."""

from flask_babel import lazy_gettext as _

WORDS = {
    "proposal-not-found": _("We cannot find that proposal"),
    "picture-not-found": _("We cannot find that picture"),
    "result-not-found": _("There is no such result, or not yet"),
    "file-not-found": _("We cannot find that file"),
}
