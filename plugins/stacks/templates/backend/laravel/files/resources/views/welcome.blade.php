<!DOCTYPE html>
<html lang="en"<%# css.bootstrap %> data-bs-theme="dark"<%/ css.bootstrap %>>
<head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{ config('app.name') }}</title>
<%# css.any %>
    @vite(['resources/css/app.css'])
<%/ css.any %>
</head>
<%# css.tailwind %>
<body class="min-h-screen bg-slate-900 text-slate-100 antialiased">
    <main class="mx-auto max-w-2xl px-6 py-16">
        <h1 class="text-4xl font-bold tracking-tight">{{ config('app.name') }}</h1>
<%# database.any %>
        <ul class="mt-8 space-y-3">
            @foreach ($notes as $note)
                <li class="rounded-lg bg-slate-800 px-4 py-3 shadow">{{ $note->text }}</li>
            @endforeach
        </ul>
<%/ database.any %>
<%# database.none %>
        <p class="mt-8 text-slate-300">This page is in resources/views/welcome.blade.php.</p>
<%/ database.none %>
    </main>
</body>
<%/ css.tailwind %>
<%# css.bootstrap %>
<body>
    <main class="container py-5">
        <h1 class="display-5 fw-bold">{{ config('app.name') }}</h1>
<%# database.any %>
        <ul class="list-group mt-4">
            @foreach ($notes as $note)
                <li class="list-group-item">{{ $note->text }}</li>
            @endforeach
        </ul>
<%/ database.any %>
<%# database.none %>
        <p class="lead mt-4">This page is in resources/views/welcome.blade.php.</p>
<%/ database.none %>
    </main>
</body>
<%/ css.bootstrap %>
<%# css.none %>
<body>
    <main>
        <h1>{{ config('app.name') }}</h1>
<%# database.any %>
        <ul>
            @foreach ($notes as $note)
                <li>{{ $note->text }}</li>
            @endforeach
        </ul>
<%/ database.any %>
<%# database.none %>
        <p>This page is in resources/views/welcome.blade.php.</p>
<%/ database.none %>
    </main>
</body>
<%/ css.none %>
</html>
