<%# database.any %>
import os
<%# database.sqlite %>
from pathlib import Path
<%/ database.sqlite %>

from sqlalchemy import create_engine
<%^ database.sqlite %>
from sqlalchemy.engine import URL
<%/ database.sqlite %>
from sqlalchemy.orm import sessionmaker

<%# database.sqlite %>
file = Path(os.environ["DATABASE_FILE"])
file.parent.mkdir(parents=True, exist_ok=True)
engine = create_engine(f"sqlite:///{file}")
<%/ database.sqlite %>
<%^ database.sqlite %>
url = URL.create(
<%# database.postgresql %>
    "postgresql+psycopg2",
<%/ database.postgresql %>
<%# database.mariadb %>
    "mysql+pymysql",
<%/ database.mariadb %>
    username=os.environ["DATABASE_USER"],
    password=os.environ["DATABASE_PASSWORD"],
    host=os.environ.get("DATABASE_HOST", "127.0.0.1"),
    port=int(os.environ["DATABASE_PORT"]),
    database=os.environ["DATABASE_NAME"],
<%# database.mariadb %>
    query={"charset": "utf8mb4"},
<%/ database.mariadb %>
)
# A connection that the database has closed meanwhile is replaced before it is used.
engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})
<%/ database.sqlite %>
Session = sessionmaker(bind=engine)


def session():
    """One for each request."""
    with Session() as one:
        yield one
<%/ database.any %>
