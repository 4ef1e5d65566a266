<?php

// In containers docker-compose.yml says where the database is; else it is on this machine.
return [
<%# database.sqlite %>
    'default' => 'sqlite',
    'connections' => [
        'sqlite' => [
            'driver' => 'sqlite',
            // A path from the project's folder, whatever folder PHP is in.
            'database' => str_starts_with($file = env('DATABASE_FILE', 'data/database.sqlite'), '/') ? $file : base_path($file),
            'prefix' => '',
            'foreign_key_constraints' => true,
        ],
    ],
<%/ database.sqlite %>
<%# database.postgresql %>
    'default' => 'pgsql',
    'connections' => [
        'pgsql' => [
            'driver' => 'pgsql',
            'host' => env('DATABASE_HOST', '127.0.0.1'),
            'port' => env('DATABASE_PORT'),
            'database' => env('DATABASE_NAME'),
            'username' => env('DATABASE_USER'),
            'password' => env('DATABASE_PASSWORD'),
            'charset' => 'utf8',
            'prefix' => '',
            'search_path' => 'public',
            'sslmode' => 'prefer',
        ],
    ],
<%/ database.postgresql %>
<%# database.mariadb %>
    'default' => 'mariadb',
    'connections' => [
        'mariadb' => [
            'driver' => 'mariadb',
            'host' => env('DATABASE_HOST', '127.0.0.1'),
            'port' => env('DATABASE_PORT'),
            'database' => env('DATABASE_NAME'),
            'username' => env('DATABASE_USER'),
            'password' => env('DATABASE_PASSWORD'),
            'charset' => 'utf8mb4',
            'collation' => 'utf8mb4_unicode_ci',
            'prefix' => '',
            'strict' => true,
        ],
    ],
<%/ database.mariadb %>
    'migrations' => ['table' => 'migrations', 'update_date_on_publish' => true],
];
