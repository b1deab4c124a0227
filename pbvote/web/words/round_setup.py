"""Words for setting a round up."""

from flask_babel import lazy_gettext as _

WORDS = {
    "rule-unknown": _("Choose one of the rules"),
    "rule-cannot-part-fund": _(
        "This rule cannot fund a project in part. Choose another rule, or no part funding"
    ),
    "rule-has-no-steps": _("This rule has no steps. Leave this empty, or choose Equal Shares"),
    "rule-unfit": _("The rule cannot count with these numbers"),
    "pot-ward-unknown": _("A pot can only be for a ward that takes part"),
    "ward-has-pot": _("The pot “%(pot)s” is for a ward that you have taken out. Change the pot first"),
    "pots-none": _("Name at least one pot of money"),
    "pots-same-name": _("Give each pot a name of its own"),
    "pot-in-use": _("There are proposals for the pot “%(pot)s”, so it cannot be taken away"),
    "themes-none": _("Name at least one theme"),
    "theme-in-use": _("There are proposals on the theme “%(theme)s”, so it cannot be taken away"),
    "round-incomplete": _("Parts to fill in before the round can be approved: %(gaps)s"),
    "round-changed": _("The round has changed since you opened this page. Read it again, then approve it"),
    "round-fixed": _("Two officers have approved this round, so its rules stay as they are"),
    "dates-past": _("Voting would open in the past. Choose later dates"),
    "dates-crossed": _("This must be later than the date before it"),
    "date-unknown": _("Choose which date to move"),
    "date-past": _("Only dates that have not come yet can move, and only into the future"),
    "ballot-length-crossed": _("The most must be at least as large as the fewest"),
    "grants-crossed": _("The largest grant must be at least as large as the smallest"),
    "nobody-may-vote": _("Choose at least one: live, work or study"),
}
