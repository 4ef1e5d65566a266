<%# database.any %>
"""Creates the table of notes."""
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    notes = op.create_table(
        "notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("text", sa.String(255), nullable=False),
    )
    op.bulk_insert(notes, [{"text": "The database works."}])


def downgrade():
    op.drop_table("notes")
<%/ database.any %>
