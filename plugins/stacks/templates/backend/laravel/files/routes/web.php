<?php

<%# database.any %>
use App\Models\Note;
use Illuminate\Database\QueryException;
<%/ database.any %>
use Illuminate\Support\Facades\Route;

<%# frontend.none %>
<%# database.any %>
Route::get('/', function () {
    return view('welcome', ['notes' => Note::query()->orderBy('id')->get()]);
});
<%/ database.any %>
<%# database.none %>
Route::view('/', 'welcome');
<%/ database.none %>
<%/ frontend.none %>
<%# frontend.any %>
// The page is the frontend's.
Route::get('/', function () {
    return response()->json(['name' => config('app.name'), 'health' => '/health', 'notes' => '/api/notes']);
})->withoutMiddleware('web');
<%/ frontend.any %>

<%# database.any %>
// Says whether the application works, with something that was read from where it is kept. It is
// asked every few seconds, so it begins no session.
Route::get('/health', function () {
    try {
        $notes = Note::query()->orderBy('id')->get();
    } catch (QueryException $problem) {
        report($problem);

        return response()->json(['status' => 'the database cannot be read'], 503);
    }

    return response()->json([
        'status' => 'ok',
        'database' => ['notes' => $notes->count(), 'first' => $notes->first()?->text],
    ]);
})->withoutMiddleware('web');
<%/ database.any %>
<%# database.none %>
// Says whether the application works. It is asked every few seconds, so it begins no session.
Route::get('/health', function () {
    return response()->json(['status' => 'ok']);
})->withoutMiddleware('web');
<%/ database.none %>
