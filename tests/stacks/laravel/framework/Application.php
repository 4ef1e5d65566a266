<?php

namespace Illuminate\Foundation;

use Illuminate\Contracts\Console\Kernel as ConsoleKernel;
use Illuminate\Contracts\Http\Kernel as HttpKernel;
use Illuminate\Http\Request;
use Symfony\Component\Console\Output\ConsoleOutput;

class Application extends DebianApplication
{
    public static function configure(?string $basePath = null): Configuration\ApplicationBuilder
    {
        return new Configuration\ApplicationBuilder(new static($basePath));
    }

    public function handleRequest(Request $request): void
    {
        $kernel = $this->make(HttpKernel::class);
        $response = $kernel->handle($request)->send();
        $kernel->terminate($request, $response);
    }

    public function handleCommand($input): int
    {
        $kernel = $this->make(ConsoleKernel::class);
        $status = $kernel->handle($input, new ConsoleOutput);
        $kernel->terminate($input, $status);

        return $status;
    }
}
