<?php

namespace Illuminate\Foundation\StandIn;

use Illuminate\Contracts\Config\Repository;
use Illuminate\Contracts\Foundation\Application;

/** A project's config/ goes over the framework's defaults; it need not have any. */
class LoadConfiguration extends \Illuminate\Foundation\Bootstrap\LoadConfiguration
{
    protected function loadConfigurationFiles(Application $app, Repository $repository): void
    {
        $project = is_dir($app->configPath()) ? $this->getConfigurationFiles($app) : [];
        $defaults = require __DIR__.'/defaults.php';
        foreach ($defaults as $key => $values) {
            $repository->set($key, $values);
        }
        foreach ($project as $key => $path) {
            $own = require $path;
            // Laravel 8 has the migrations' table here as a text.
            if ($key === 'database' && is_array($own['migrations'] ?? null)) {
                $own['migrations'] = $own['migrations']['table'];
            }
            $repository->set($key, array_merge($defaults[$key] ?? [], $own));
        }
        $providers = $app->basePath('bootstrap/providers.php');
        if (is_file($providers)) {
            $repository->set('app.providers', array_merge($repository->get('app.providers'), require $providers));
        }
    }
}
