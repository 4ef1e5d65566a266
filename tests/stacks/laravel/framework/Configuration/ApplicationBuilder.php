<?php

namespace Illuminate\Foundation\Configuration;

use Illuminate\Contracts\Console\Kernel as ConsoleKernelContract;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel as HttpKernelContract;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Exceptions\Handler;
use Illuminate\Foundation\StandIn\ConsoleKernel;
use Illuminate\Foundation\StandIn\HttpKernel;
use Illuminate\Support\Facades\Route;

/** What bootstrap/app.php of a project calls. */
class ApplicationBuilder
{
    public function __construct(private Application $app)
    {
        $app->singleton(HttpKernelContract::class, HttpKernel::class);
        $app->singleton(ConsoleKernelContract::class, ConsoleKernel::class);
        $app->singleton(ExceptionHandler::class, Handler::class);
    }

    public function withRouting(
        ?string $web = null,
        ?string $api = null,
        ?string $commands = null,
        ?string $health = null,
        string $apiPrefix = 'api',
    ): static {
        $this->app->booted(function () use ($web, $api, $apiPrefix) {
            if ($api !== null) {
                Route::middleware('api')->prefix($apiPrefix)->group($api);
            }
            if ($web !== null) {
                Route::middleware('web')->group($web);
            }
        });
        if ($commands !== null) {
            ConsoleKernel::$routes = $commands;
        }

        return $this;
    }

    public function withMiddleware(?callable $callback = null): static
    {
        if ($callback !== null) {
            $callback(new Middleware);
        }

        return $this;
    }

    public function withExceptions(?callable $using = null): static
    {
        if ($using !== null) {
            $using(new Exceptions);
        }

        return $this;
    }

    public function create(): Application
    {
        return $this->app;
    }
}
