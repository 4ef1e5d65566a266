<?php

// What Debian's Laravel 8.83 lacks comes from this folder, before anything of Debian's.
spl_autoload_register(function (string $class): void {
    $ours = [
        'Illuminate\\Foundation\\Application' => 'Application.php',
        'Illuminate\\Foundation\\DebianApplication' => 'DebianApplication.php',
        'Illuminate\\Foundation\\StandIn\\LoadConfiguration' => 'LoadConfiguration.php',
        'Illuminate\\Foundation\\StandIn\\ServeCommand' => 'ServeCommand.php',
        'Illuminate\\Foundation\\StandIn\\StandInProvider' => 'StandInProvider.php',
        'Illuminate\\Foundation\\StandIn\\HttpKernel' => 'HttpKernel.php',
        'Illuminate\\Foundation\\StandIn\\ConsoleKernel' => 'ConsoleKernel.php',
        'Illuminate\\Foundation\\Configuration\\ApplicationBuilder' => 'Configuration/ApplicationBuilder.php',
        'Illuminate\\Foundation\\Configuration\\Exceptions' => 'Configuration/Exceptions.php',
        'Illuminate\\Foundation\\Configuration\\Middleware' => 'Configuration/Middleware.php',
    ];
    if (isset($ours[$class])) {
        require __DIR__.'/'.$ours[$class];
    }
}, true, true);

// Laravel 8 sees deprecations of PHP 8.2 in itself.
error_reporting(E_ALL & ~E_DEPRECATED);
require_once '/usr/share/php/Illuminate/autoload.php';
