<%# css.tailwind %>
import tailwindcss from '@tailwindcss/vite';
<%/ css.tailwind %>
import laravel from 'laravel-vite-plugin';
import { defineConfig } from 'vite';

export default defineConfig({
    plugins: [
        laravel({ input: ['resources/css/app.css'], refresh: true }),
<%# css.tailwind %>
        tailwindcss(),
<%/ css.tailwind %>
    ],
});
