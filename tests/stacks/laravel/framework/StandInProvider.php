<?php

namespace Illuminate\Foundation\StandIn;

use Illuminate\Database\Connection;
use Illuminate\Database\Connectors\MySqlConnector;
use Illuminate\Database\MySqlConnection;
use Illuminate\Support\Facades\Blade;
use Illuminate\Support\ServiceProvider;

class StandInProvider extends ServiceProvider
{
    public function register(): void
    {
        // Laravel 11 has a driver of this name, which is MySQL's but for its own SQL dialect.
        $this->app->bind('db.connector.mariadb', MySqlConnector::class);
        Connection::resolverFor('mariadb', fn (...$arguments) => new MySqlConnection(...$arguments));
    }

    public function boot(): void
    {
        Blade::directive('vite', fn ($entries) => '<?php echo '.self::class."::vite($entries); ?>");
    }

    /** The tags of what `vite build` made of these files. */
    public static function vite(array $entries): string
    {
        $manifest = json_decode(file_get_contents(public_path('build/manifest.json')), true);
        $tags = '';
        foreach ($entries as $entry) {
            $url = asset('build/'.$manifest[$entry]['file']);
            $tags .= str_ends_with($url, '.css')
                ? '<link rel="stylesheet" href="'.$url.'">'
                : '<script type="module" src="'.$url.'"></script>';
        }

        return $tags;
    }
}
