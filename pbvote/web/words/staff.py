"""Words for officers and their roles."""

from flask_babel import lazy_gettext as _

WORDS = {
    "administrators-enough": _("There are two administrators already. Together they make everybody else"),
    "administrators-too-few": _("There must always be at least %(least)s administrators"),
    "officer-there": _("There is an officer with this address already"),
    "officer-not-found": _("We cannot find that officer"),
    "officer-name-missing": _("Enter their name"),
    "roles-missing": _("Choose at least one role"),
    "account-own": _("You cannot close your own account. Ask another administrator"),
    "wish-there": _("Somebody has asked for exactly this already. It waits for a second administrator"),
    "wish-own": _("You asked for this yourself, so another administrator has to agree"),
    "wish-from-nobody": _("Whoever asked for this is no longer an administrator. Ask for it again"),
    "wish-not-found": _("This is done already, or was turned down"),
    "invitation-gone": _(
        "This invitation no longer works. Check the email address, or ask two administrators for a new one"
    ),
    "invitation-wrong": _("That is not the code from the email. Check it and type it again"),
    "one-time-code-wrong": _("That is not the code your app shows now. Wait for the next one and type it"),
}
