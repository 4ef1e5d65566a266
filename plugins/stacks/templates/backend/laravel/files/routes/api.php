<?php

<%# database.any %>
use App\Models\Note;
<%/ database.any %>
use Illuminate\Support\Facades\Route;

// The addresses in this file begin with /api.
Route::get('/notes', function () {
<%# database.any %>
    return response()->json(Note::query()->orderBy('id')->get(['id', 'text']));
<%/ database.any %>
<%# database.none %>
    return response()->json([]);
<%/ database.none %>
});
