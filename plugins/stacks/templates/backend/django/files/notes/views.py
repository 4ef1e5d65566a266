<%# database.any %>
import logging

<%/ database.any %>
<%# frontend.none %>
from django.conf import settings
<%/ frontend.none %>
<%# database.any %>
from django.db import Error
<%/ database.any %>
from django.http import JsonResponse
<%# frontend.none %>
from django.shortcuts import render
<%/ frontend.none %>
from django.views.decorators.http import require_safe
<%# database.any %>

from notes.models import Note

log = logging.getLogger(__name__)
<%/ database.any %>


<%# frontend.none %>
@require_safe
def index(request):
<%# database.any %>
    return render(request, "notes/index.html", {"title": settings.TITLE, "notes": Note.objects.all()})
<%/ database.any %>
<%^ database.any %>
    return render(request, "notes/index.html", {"title": settings.TITLE, "notes": []})
<%/ database.any %>


<%/ frontend.none %>
<%# database.any %>
@require_safe
def all_notes(request):
    return JsonResponse(list(Note.objects.values("id", "text")), safe=False)


@require_safe
def health(request):
    """Says whether the application works, with something that was read from where it is kept."""
    try:
        texts = list(Note.objects.values_list("text", flat=True))
    except Error:
        log.exception("health")
        return JsonResponse({"status": "the database cannot be read"}, status=503)
    return JsonResponse(
        {"status": "ok", "database": {"notes": len(texts), "first": texts[0] if texts else None}}
    )
<%/ database.any %>
<%^ database.any %>
@require_safe
def all_notes(request):
    return JsonResponse([], safe=False)


@require_safe
def health(request):
    return JsonResponse({"status": "ok"})
<%/ database.any %>
