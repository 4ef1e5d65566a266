<?php

// Where .env says DATABASE_…, the containers say DB_…: there the database has another address.
return [
<%# database.sqlite %>
    'default' => 'sqlite',
    'connections' => [
        'sqlite' => [
            'driver' => 'sqlite',
            'database' => env('DB_DATABASE', database_path('database.sqlite')),
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
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', env('DATABASE_PORT')),
            'database' => env('DB_DATABASE', env('DATABASE_NAME')),
            'username' => env('DB_USERNAME', env('DATABASE_USER')),
            'password' => env('DB_PASSWORD', env('DATABASE_PASSWORD')),
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
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', env('DATABASE_PORT')),
            'database' => env('DB_DATABASE', env('DATABASE_NAME')),
            'username' => env('DB_USERNAME', env('DATABASE_USER')),
            'password' => env('DB_PASSWORD', env('DATABASE_PASSWORD')),
            'charset' => 'utf8mb4',
            'collation' => 'utf8mb4_unicode_ci',
            'prefix' => '',
            'strict' => true,
        ],
    ],
<%/ database.mariadb %>
<%# database.none %>
    'default' => 'none',
    'connections' => [],
<%/ database.none %>
    'migrations' => ['table' => 'migrations', 'update_date_on_publish' => true],
];
