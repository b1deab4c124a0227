"""Words for officers who look at proposals."""

from flask_babel import lazy_gettext as _

WORDS = {
    "translation-incomplete": _("Enter the title and the summary in this language"),
    "title-stands": _("Voting has opened, so this title stays as people have read it"),
    "officer-unknown": _("Choose an officer from the list"),
    "recommendation-missing": _("Choose what you recommend"),
    "opinion-needs-note": _("Say why you would decline it"),
    "conflict-bars": _("You said that you have to do with this group, so somebody else must do this"),
    "decision-missing": _("Choose a decision"),
    "opinions-missing": _("Assessors who have not given an opinion yet: %(count)s. Wait for them"),
    "opinions-too-few": _("This decision needs the opinions of %(least)s officers. Given so far: %(count)s"),
    "opinions-differ": _(
        "The assessors do not agree. Ask a third officer for an opinion, or let an administrator decide"
    ),
    "opinions-say-otherwise": _(
        "Most assessors say otherwise. Ask for more opinions, or let an administrator decide"
    ),
    "answer-still-due": _("The group may answer until %(deadline)s. Decline it only after that"),
    "deadline-past": _("Choose a day that is still to come"),
    "deadline-after-voting": _("Voting opens on %(opens)s. Choose an earlier day"),
    "merge-into-unknown": _("Enter the number of another proposal of this round that is still in"),
    "not-on-the-ballot": _("This proposal is not on the ballot"),
    "proposals-still-open": _("Groups can send proposals until %(closes)s. Publish the shortlist after that"),
    "proposals-undecided": _("Proposals still to be decided: %(count)s"),
    "appeals-undecided": _("Appeals still to be decided: %(count)s"),
    "shortlist-too-short": _("“%(pot)s” has fewer than %(least)s proposals on its shortlist"),
    "appeal-not-found": _("There is no appeal to decide"),
    "appeal-decided-already": _("This appeal has been decided already"),
    "appeal-needs-another-officer": _(
        "You declined this proposal or have to do with its group. Another officer must decide the appeal"
    ),
}
