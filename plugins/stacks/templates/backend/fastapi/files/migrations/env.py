<%# database.any %>
from alembic import context

from app.database import engine
from app.models import Base

with engine.connect() as connection:
    # SQLite cannot alter a table: with "batch", alembic makes a new one and moves the rows.
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
<%/ database.any %>
