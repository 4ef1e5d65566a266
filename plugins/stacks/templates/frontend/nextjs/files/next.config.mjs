/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // Next.js would look for it above this folder, and take any package-lock.json there for the project's.
  turbopack: { root: import.meta.dirname },
};
