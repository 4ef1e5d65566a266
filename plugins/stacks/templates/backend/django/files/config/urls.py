from django.urls import path

from notes import views

urlpatterns = [
<%# frontend.none %>
    path("", views.index),
<%/ frontend.none %>
    path("api/notes", views.all_notes),
    path("health", views.health),
]
