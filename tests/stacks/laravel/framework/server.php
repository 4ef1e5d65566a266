<?php

// PHP's own server asks this first: what is a file in public/ it sends itself.
$path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?? '');
if ($path !== '/' && file_exists(getcwd().$path)) {
    return false;
}
require_once getcwd().'/index.php';
