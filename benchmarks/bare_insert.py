"""The limit that casting is held against: Flask and SQLAlchemy that insert one row of an envelope's size.

The same engine, the same promises of the database, the same server; no session, no form, no box.
`python -m benchmarks.casts` serves it beside pbvote.
"""

import os

from flask import Flask, request
from sqlalchemy import LargeBinary
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from pbvote.models.database import begin_write, make_engine


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "bare_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


def create_app() -> Flask:
    app = Flask(__name__)
    engine = make_engine(os.environ["BARE_DATABASE_URL"])

    @app.post("/")
    def insert() -> str:
        with Session(engine) as session:
            begin_write(session)
            session.add(Row(sealed=bytes.fromhex(request.form["sealed"])))
            session.commit()
        return "ok"

    return app


if __name__ == "__main__":
    print("Served by `python -m benchmarks.casts`.")
