/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
<%# backend.any %>
  // The backend is reached under /api, in development and behind a proxy alike.
  async rewrites() {
    const backend = process.env.BACKEND_URL ?? `http://127.0.0.1:${process.env.API_PORT}`;
    return [{ source: '/api/:path*', destination: `${backend}/:path*` }];
  },
<%/ backend.any %>
};
