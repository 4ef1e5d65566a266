<?php
// As there, ADMINER_DEFAULT_SERVER stands in the form.
ob_start(fn ($page) => str_replace(
    'name="auth[server]" value=""',
    'name="auth[server]" value="'.htmlspecialchars(getenv('ADMINER_DEFAULT_SERVER') ?: 'db').'"',
    $page
));
require '/usr/share/adminer/adminer.php';
