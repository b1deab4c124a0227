"""The pages of a community group: may we apply, our facts, our people, what needs us."""

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import CommunityGroup
from pbvote.services import awards, groups, inbox, proposals, rounds
from pbvote.services.refusal import NotFound, Refusal
from pbvote.web.access import account, everyone, group_members
from pbvote.web.context import now
from pbvote.web.errors import show_on
from pbvote.web.groups import forms
from pbvote.web.htmx import render, see_other

blueprint = Blueprint("groups", __name__)
SECTIONS = {
    "about": forms.AboutForm,
    "people": forms.PeopleForm,
    "money": forms.MoneyForm,
    "safeguarding": forms.SafeguardingForm,
}


@blueprint.get("/rounds/<slug>/apply")
@everyone
def begin(slug: str) -> Response:
    """Check you can apply: answered in two minutes, kept nowhere."""
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    rounds.require_phase(voting_round, "collecting", now=now())
    form = forms.CheckForm(request.args)
    if request.args and form.validate():
        return render(
            "groups/answer.html", voting_round=voting_round, hurdles=form.hurdles(), answers=form.data
        )
    status = 422 if request.args else 200
    return render("groups/begin.html", voting_round=voting_round, form=form, status=status)


@blueprint.get("/groups/")
@group_members
def index() -> Response:
    person = account()
    return render(
        "groups/index.html",
        items=inbox.of_account(db.session, account=person, now=now()),
        groups=groups.of_account(db.session, account=person),
        proposals=proposals.of_account(db.session, account=person),
        rounds=[one for one in rounds.visible(db.session, now=now()) if one.is_collecting(now())],
        award_of=lambda proposal: awards.of_proposal(db.session, proposal=proposal),
    )


@blueprint.get("/groups/new")
@group_members
def new() -> Response:
    form = forms.NewGroupForm(contact_name=account().name)
    return render("groups/new.html", form=form, slug=request.args.get("round", ""))


@blueprint.post("/groups/new")
@group_members
@limiter.limit("30 per hour")
def create() -> Response:
    form = forms.NewGroupForm()
    slug = request.args.get("round", "")
    if form.validate_on_submit():
        group = groups.begin(
            db.session,
            account=account(),
            name=form.name.data or "",
            kind=form.kind.data,
            contact_name=form.contact_name.data or "",
            now=now(),
        )
        db.session.commit()
        if slug:
            return see_other(url_for("applications.new", slug=slug, group=group.id))
        return see_other(url_for("groups.show", group_id=group.id))
    return render("groups/new.html", form=form, slug=slug, status=422)


@blueprint.get("/groups/<int:group_id>")
@group_members
def show(group_id: int) -> Response:
    group = groups.find(db.session, group_id=group_id, account=account())
    return _group_page(group, forms.InvitationForm())


def _group_page(group: CommunityGroup, form: forms.InvitationForm, status: int = 200) -> Response:
    return render(
        "groups/show.html",
        group=group,
        gaps=groups.gaps_by_section(group),
        form=form,
        me=account(),
        kind=forms.KINDS[group.kind],
        status=status,
    )


@blueprint.get("/groups/<int:group_id>/facts/<section>")
@group_members
def facts(group_id: int, section: str) -> Response:
    group = groups.find(db.session, group_id=group_id, account=account())
    return _facts_page(group, section, _form_class(section).of(group))


@blueprint.post("/groups/<int:group_id>/facts/<section>")
@group_members
def save_facts(group_id: int, section: str) -> Response:
    group = groups.find(db.session, group_id=group_id, account=account())
    form = _form_class(section)()
    if form.validate_on_submit():
        try:
            groups.save_facts(db.session, group=group, section=section, facts=form.facts())
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            db.session.commit()
            return see_other(_after(group))
    return _facts_page(group, section, form, status=422)


def _after(group: CommunityGroup) -> str:
    """Back to the proposal somebody came from, else to the group."""
    proposal_id = request.args.get("application", type=int)
    if proposal_id:
        return url_for("applications.group", proposal_id=proposal_id)
    return url_for("groups.show", group_id=group.id)


def _form_class(section: str) -> type[forms.FactsForm]:
    if section not in SECTIONS:
        raise NotFound()
    return SECTIONS[section]


def _facts_page(group: CommunityGroup, section: str, form: forms.FactsForm, status: int = 200) -> Response:
    return render(
        f"groups/facts_{section}.html",
        group=group,
        form=form,
        section=section,
        application=request.args.get("application", type=int),
        back=_after(group),
        status=status,
    )


@blueprint.post("/groups/<int:group_id>/people")
@group_members
@limiter.limit("30 per hour")
def invite(group_id: int) -> Response:
    group = groups.find(db.session, group_id=group_id, account=account())
    form = forms.InvitationForm()
    if form.validate_on_submit():
        try:
            groups.invite(db.session, group=group, email=form.email.data or "", by=account(), now=now())
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            db.session.commit()
            flash(_("We have written to %(email)s.", email=form.email.data), "success")
            return see_other(url_for("groups.show", group_id=group.id))
    return _group_page(group, form, status=422)


@blueprint.get("/groups/<int:group_id>/people/<int:account_id>/removal")
@group_members
def leaving(group_id: int, account_id: int) -> Response:
    group = groups.find(db.session, group_id=group_id, account=account())
    member = next((one for one in group.members if one.account_id == account_id), None)
    if member is None:
        raise NotFound()
    return render("groups/removal.html", group=group, member=member, form=forms.RemovalForm(), me=account())


@blueprint.post("/groups/<int:group_id>/people/<int:account_id>/removal")
@group_members
def remove_member(group_id: int, account_id: int) -> Response:
    group = groups.find(db.session, group_id=group_id, account=account())
    groups.remove_member(db.session, group=group, account_id=account_id)
    db.session.commit()
    if account_id == account().id:
        return see_other(url_for("groups.index"))
    return see_other(url_for("groups.show", group_id=group.id))
