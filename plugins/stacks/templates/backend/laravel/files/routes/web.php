<?php

<%# database.any %>
use App\Models\Note;
<%/ database.any %>
use Illuminate\Support\Facades\Route;

Route::get('/', function () {
    return view('welcome', [
<%# database.any %>
        'notes' => Note::query()->orderBy('id')->get(),
<%/ database.any %>
<%^ database.any %>
        'notes' => [],
<%/ database.any %>
    ]);
});

// Says whether the application works, with something that was read from where it is kept.
Route::get('/health', function () {
    return response()->json([
        'status' => 'ok',
<%# database.any %>
        'database' => ['notes' => Note::query()->count(), 'first' => Note::query()->orderBy('id')->value('text')],
<%/ database.any %>
    ]);
});
