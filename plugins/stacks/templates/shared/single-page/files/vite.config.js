<%# css.tailwind %>
import tailwindcss from '@tailwindcss/vite';
<%/ css.tailwind %>
<%# frontend.react %>
import react from '@vitejs/plugin-react';
<%/ frontend.react %>
<%# frontend.svelte %>
import { svelte } from '@sveltejs/vite-plugin-svelte';
<%/ frontend.svelte %>
<%# frontend.vue %>
import vue from '@vitejs/plugin-vue';
<%/ frontend.vue %>
<%# backend.any %>
import { defineConfig, loadEnv } from 'vite';

// The page asks its own origin; what belongs to the backend is passed on to it.
const { API_PORT } = loadEnv('production', '<% frontend.up %>', '');
const backend = `http://127.0.0.1:${API_PORT}`;
const proxy = { '/api': backend, '/health': backend };

export default defineConfig({
<%# css.tailwind %>
  plugins: [<% frontend.id %>(), tailwindcss()],
<%/ css.tailwind %>
<%^ css.tailwind %>
  plugins: [<% frontend.id %>()],
<%/ css.tailwind %>
  server: { host: '127.0.0.1', proxy },
  preview: { host: process.env.ADDRESS ?? '127.0.0.1', port: Number(process.env.PORT ?? 8080), strictPort: true, proxy },
});
<%/ backend.any %>
<%^ backend.any %>
import { defineConfig } from 'vite';

// Behind this page there is nothing that could be broken.
const health = (server) => {
  server.middlewares.use('/health', (request, response) => {
    response.setHeader('Content-Type', 'application/json').end('{"status":"ok"}');
  });
};

export default defineConfig({
  plugins: [
    <% frontend.id %>(),
<%# css.tailwind %>
    tailwindcss(),
<%/ css.tailwind %>
    { name: 'health', configureServer: health, configurePreviewServer: health },
  ],
  server: { host: '127.0.0.1' },
  preview: { host: process.env.ADDRESS ?? '127.0.0.1', port: Number(process.env.PORT ?? 8080), strictPort: true },
});
<%/ backend.any %>
