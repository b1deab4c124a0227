"""Words for community groups and what they still have to tell."""

from flask_babel import lazy_gettext as _

WORDS = {
    "group-not-found": _("We cannot find that group"),
    "group-kind-unknown": _("Choose what kind of group you are"),
    "committee-repeats": _("The same name stands here twice. Name three different people"),
    "already-in-group": _("This person is in your group already"),
    "group-full": _("A group can have up to %(most)s people here. Take somebody out first"),
    "last-member": _("You are the only person of this group here. Invite somebody else before you leave"),
    "group-needs-about": _("Say what your group does and give its postcode"),
    "group-needs-charity-number": _("Give your charity number"),
    "group-needs-company-number": _("Give your company number"),
    "group-needs-rules": _("Your group needs written rules, or a parent organisation"),
    "group-needs-people": _("Name %(least)s people who run the group and are not related"),
    "group-needs-bank": _(
        "Your group needs a bank account that two people sign for, or a parent organisation"
    ),
    "group-needs-safeguarding": _("Say who looks after people's safety in your group"),
}
