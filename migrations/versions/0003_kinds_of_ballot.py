"""Rounds brought in from files may have other ballots than rankings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("voting_round") as batch_op:
        batch_op.add_column(sa.Column("ballot_kind", sa.Text(), server_default="ordinal", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("voting_round") as batch_op:
        batch_op.drop_column("ballot_kind")
