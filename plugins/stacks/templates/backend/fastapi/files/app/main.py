<%# database.any %>
import logging

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.database import session
from app.models import Note

log = logging.getLogger("uvicorn.error")
<%/ database.any %>
<%^ database.any %>
from fastapi import FastAPI

<%/ database.any %>
TITLE = <% title.python %>
app = FastAPI(title=TITLE)


@app.get("/")
def index():
    return {"title": TITLE, "health": "/health", "notes": "/api/notes"}


<%# database.any %>
@app.get("/api/notes")
def notes(db: Session = Depends(session)):
    return [{"id": note.id, "text": note.text} for note in db.scalars(select(Note).order_by(Note.id))]


@app.get("/health")
def health(db: Session = Depends(session)):
    """Says whether the application works, with something that was read from where it is kept."""
    try:
        texts = db.scalars(select(Note.text).order_by(Note.id)).all()
    except SQLAlchemyError:
        log.exception("health")
        return JSONResponse({"status": "the database cannot be read"}, status_code=503)
    return {"status": "ok", "database": {"notes": len(texts), "first": texts[0] if texts else None}}
<%/ database.any %>
<%^ database.any %>
@app.get("/api/notes")
def notes():
    return []


@app.get("/health")
def health():
    return {"status": "ok"}
<%/ database.any %>
