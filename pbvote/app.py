"""The composition root: it reads like a table of contents."""

import sys
from datetime import timedelta
from functools import partial
from inspect import iscoroutinefunction

import click
from flask import Flask, request
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from pbvote.extensions import babel, csrf, db, limiter, login
from pbvote.models.database import begin_reading, begin_write, engine_options, normalise_url, prepare_engine
from pbvote.services import rate_limits
from pbvote.services.keyring import Keyring
from pbvote.settings import ROOT, Settings, SettingsError
from pbvote.web import access, catalogues, delivery, errors, languages, presentation, request_log
from pbvote.web.about import views as about
from pbvote.web.applications import afterwards
from pbvote.web.applications import views as applications
from pbvote.web.awards import views as awards
from pbvote.web.ballot_box import views as ballot_box
from pbvote.web.ballots import views as ballots
from pbvote.web.ballots.slot import Slot
from pbvote.web.calendar import views as calendar
from pbvote.web.ceremony import views as ceremony
from pbvote.web.custody import views as custody
from pbvote.web.dashboard import views as dashboard
from pbvote.web.downloads import views as downloads
from pbvote.web.easy_read import views as easy_read
from pbvote.web.grants import views as grants
from pbvote.web.groups import views as groups
from pbvote.web.health import views as health
from pbvote.web.home import views as home
from pbvote.web.mailbox import views as mailbox
from pbvote.web.paper import views as paper
from pbvote.web.paper_ballot import views as paper_ballot
from pbvote.web.pictures import views as pictures
from pbvote.web.proposals import views as proposals
from pbvote.web.publication import views as publication
from pbvote.web.receipts import views as receipts
from pbvote.web.register_review import views as register_review
from pbvote.web.registering import views as registering
from pbvote.web.results import views as results
from pbvote.web.round_setup import views as round_setup
from pbvote.web.rounds import views as rounds
from pbvote.web.screening import views as screening
from pbvote.web.sign_in import views as sign_in
from pbvote.web.staff import views as staff
from pbvote.web.turnout import views as turnout

BLUEPRINTS = (
    health.blueprint,
    home.blueprint,
    rounds.blueprint,
    proposals.blueprint,
    results.blueprint,
    downloads.blueprint,
    pictures.blueprint,
    about.blueprint,
    groups.blueprint,
    applications.blueprint,
    afterwards.blueprint,
    awards.blueprint,
    grants.blueprint,
    screening.blueprint,
    sign_in.blueprint,
    dashboard.blueprint,
    round_setup.blueprint,
    turnout.blueprint,
    staff.blueprint,
    register_review.blueprint,
    paper.blueprint,
    publication.blueprint,
    registering.blueprint,
    ballots.blueprint,
    receipts.blueprint,
    ballot_box.blueprint,
    custody.blueprint,
    ceremony.blueprint,
    calendar.blueprint,
    paper_ballot.blueprint,
    easy_read.blueprint,
)
LARGEST_UPLOAD = 12 * 1024 * 1024
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def create_app(settings: Settings | None = None) -> Flask:
    """Build the whole application from its settings."""
    settings = settings or Settings.from_environment()
    app = Flask("pbvote", static_folder=None, template_folder=str(ROOT / "templates"))
    app.url_map.strict_slashes = False
    configure(app, settings)
    request_log.register(app, settings)
    bind_extensions(app, settings)
    bind_templates(app)
    app.before_request(languages.take_choice)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.demo:
        app.register_blueprint(mailbox.blueprint)
    errors.register(app)
    delivery.register(app, settings)
    access.check_audiences(app)
    return app


def configure(app: Flask, settings: Settings) -> None:
    prefix = "__Host-" if settings.https else ""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_NAME=prefix + "pbvote",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.https,
        SQLALCHEMY_ENGINES={
            "default": {
                "url": normalise_url(settings.database_url),
                **engine_options(settings.database_url),
            }
        },
        RATELIMIT_ENABLED=True,
        RATELIMIT_STORAGE_URI=settings.redis_url or rate_limits.DatabaseStorage.STORAGE_SCHEME[0] + "://",
        RATELIMIT_STORAGE_OPTIONS={}
        if settings.redis_url
        else {"database_url": settings.limits_url, "secret": settings.data_key},
        BABEL_DEFAULT_TIMEZONE="Europe/London",
        BABEL_TRANSLATION_DIRECTORIES=str(catalogues.build(settings.instance / "translations")),
    )
    app.extensions["pbvote_settings"] = settings
    app.extensions["pbvote_keyring"] = Keyring(settings.data_key)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # the documented way


def bind_extensions(app: Flask, settings: Settings) -> None:
    settings.instance.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    # We have no asynchronous sessions. Closing none of them would start an event loop in every
    # request, which is slow and, under threads, brings CPython 3.11 down.
    closers = app.teardown_appcontext_funcs
    closers[:] = [closer for closer in closers if not iscoroutinefunction(closer)]
    with app.app_context():
        prepare_engine(db.engine)
        app.extensions["pbvote_slot"] = Slot(partial(Session, db.engine))
    limiter.init_app(app)
    app.extensions["pbvote_rate_limits"] = limiter.storage
    login.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=languages.choose, timezone_selector=lambda: "Europe/London")

    @app.before_request
    def write_transactions() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "reading", False):
            begin_reading(db.session)
        elif request.method not in READING:
            begin_write(db.session)


def bind_templates(app: Flask) -> None:
    app.jinja_loader = ChoiceLoader(  # type: ignore[assignment]  # Flask types the narrower loader
        [
            FileSystemLoader(str(ROOT / "templates")),
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    WTFormsHelpers(app)
    presentation.register(app)


def main() -> None:
    """The console command `pbvote`."""
    from pbvote.cli import commands

    try:
        commands(obj=create_app)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
