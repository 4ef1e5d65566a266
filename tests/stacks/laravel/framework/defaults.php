<?php

use Monolog\Formatter\LineFormatter;
use Monolog\Handler\StreamHandler;

// Of Laravel 12's configuration what a project of berth comes to use, with the same variables.
return [
    'app' => [
        'name' => env('APP_NAME', 'Laravel'),
        'env' => env('APP_ENV', 'production'),
        'debug' => (bool) env('APP_DEBUG', false),
        'url' => env('APP_URL', 'http://localhost'),
        'timezone' => 'UTC',
        'locale' => 'en',
        'fallback_locale' => 'en',
        'faker_locale' => 'en_US',
        'cipher' => 'AES-256-CBC',
        'key' => env('APP_KEY'),
        'aliases' => [],
        'providers' => [
            Illuminate\Auth\AuthServiceProvider::class,
            Illuminate\Bus\BusServiceProvider::class,
            Illuminate\Cache\CacheServiceProvider::class,
            Illuminate\Foundation\Providers\ConsoleSupportServiceProvider::class,
            Illuminate\Cookie\CookieServiceProvider::class,
            Illuminate\Database\DatabaseServiceProvider::class,
            Illuminate\Encryption\EncryptionServiceProvider::class,
            Illuminate\Filesystem\FilesystemServiceProvider::class,
            Illuminate\Foundation\Providers\FoundationServiceProvider::class,
            Illuminate\Hashing\HashServiceProvider::class,
            Illuminate\Pagination\PaginationServiceProvider::class,
            Illuminate\Pipeline\PipelineServiceProvider::class,
            Illuminate\Queue\QueueServiceProvider::class,
            Illuminate\Session\SessionServiceProvider::class,
            Illuminate\Translation\TranslationServiceProvider::class,
            Illuminate\Validation\ValidationServiceProvider::class,
            Illuminate\View\ViewServiceProvider::class,
            Illuminate\Foundation\StandIn\StandInProvider::class,
        ],
    ],
    'auth' => [
        'defaults' => ['guard' => 'web', 'passwords' => 'users'],
        'guards' => ['web' => ['driver' => 'session', 'provider' => 'users']],
        'providers' => ['users' => ['driver' => 'eloquent', 'model' => 'App\\Models\\User']],
    ],
    'cache' => [
        'default' => env('CACHE_STORE', 'database'),
        'stores' => [
            'array' => ['driver' => 'array'],
            'database' => ['driver' => 'database', 'connection' => env('DB_CACHE_CONNECTION'), 'table' => 'cache'],
            'file' => ['driver' => 'file', 'path' => storage_path('framework/cache/data')],
        ],
        'prefix' => 'stand_in',
    ],
    'database' => ['default' => env('DB_CONNECTION', 'sqlite'), 'connections' => [], 'migrations' => 'migrations'],
    'filesystems' => [
        'default' => 'local',
        'disks' => ['local' => ['driver' => 'local', 'root' => storage_path('app/private')]],
    ],
    'hashing' => ['driver' => 'bcrypt'],
    'logging' => [
        'default' => env('LOG_CHANNEL', 'stack'),
        'deprecations' => null,
        'channels' => [
            'stack' => ['driver' => 'stack', 'channels' => ['single']],
            'single' => ['driver' => 'single', 'path' => storage_path('logs/laravel.log')],
            'stderr' => [
                'driver' => 'monolog',
                'handler' => StreamHandler::class,
                'formatter' => LineFormatter::class,
                'with' => ['stream' => 'php://stderr'],
            ],
            'null' => ['driver' => 'monolog', 'handler' => Monolog\Handler\NullHandler::class],
        ],
    ],
    'queue' => [
        'default' => env('QUEUE_CONNECTION', 'database'),
        'connections' => ['sync' => ['driver' => 'sync']],
        'failed' => ['driver' => 'null'],
    ],
    'session' => [
        'driver' => env('SESSION_DRIVER', 'database'),
        'lifetime' => 120,
        'expire_on_close' => false,
        'encrypt' => false,
        'files' => storage_path('framework/sessions'),
        'connection' => null,
        'table' => 'sessions',
        'store' => null,
        'lottery' => [2, 100],
        'cookie' => 'stand_in_session',
        'path' => '/',
        'domain' => null,
        'secure' => null,
        'http_only' => true,
        'same_site' => 'lax',
    ],
    'view' => [
        'paths' => [resource_path('views')],
        'compiled' => env('VIEW_COMPILED_PATH', storage_path('framework/views')),
    ],
];
