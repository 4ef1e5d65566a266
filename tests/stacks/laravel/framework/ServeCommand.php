<?php

namespace Illuminate\Foundation\StandIn;

use Symfony\Component\Process\PhpExecutableFinder;

/** Laravel 8 wants a server.php in the project; later ones bring it. */
class ServeCommand extends \Illuminate\Foundation\Console\ServeCommand
{
    protected function serverCommand(): array
    {
        return [(new PhpExecutableFinder)->find(false), '-S', $this->host().':'.$this->port(), __DIR__.'/server.php'];
    }
}
