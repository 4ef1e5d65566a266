<?php

namespace Illuminate\Foundation\StandIn;

use Illuminate\Foundation\Bootstrap;
use Illuminate\Foundation\Console\Kernel;

class ConsoleKernel extends Kernel
{
    /** routes/console.php of the project. */
    public static ?string $routes = null;

    protected $bootstrappers = [
        Bootstrap\LoadEnvironmentVariables::class,
        LoadConfiguration::class,
        Bootstrap\HandleExceptions::class,
        Bootstrap\RegisterFacades::class,
        Bootstrap\SetRequestForConsole::class,
        Bootstrap\RegisterProviders::class,
        Bootstrap\BootProviders::class,
    ];

    protected function commands(): void
    {
        $this->getArtisan()->resolve(ServeCommand::class);
        if (self::$routes !== null) {
            require self::$routes;
        }
    }
}
