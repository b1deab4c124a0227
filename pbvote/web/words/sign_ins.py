"""Words for signing in."""

from flask_babel import lazy_gettext as _

WORDS = {
    "email-invalid": _("Enter an email address in the right format, like name@example.com"),
    "address-invalid": _("Enter an email address, like name@example.com, or a phone number"),
    "phone-invalid": _("Enter a full phone number, like 07700 900 982"),
    "code-expired": _("That code no longer works. Ask for a new one"),
    "code-used-up": _("That code was typed wrong too often. Ask for a new one"),
    "code-wrong": _("That is not the code we sent. Check it and type it again. Tries left: %(left)s"),
    "account-disabled": _("This account is closed. Contact us if you think that is wrong"),
    "officer-sign-in-wrong": _(
        "The email, password or one-time code is not right. A one-time code works only once: "
        "wait for a new one if you have used it"
    ),
    "password-short": _("Choose a password of at least %(least)s characters"),
}
