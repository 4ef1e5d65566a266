<%# css.any %>
import './globals.css';

<%/ css.any %>
export const metadata = { title: <% title.json %> };

export default function Layout({ children }) {
  return (
    <html lang="en">
<%# css.tailwind %>
      <body className="min-h-screen bg-slate-900 text-slate-100 antialiased">{children}</body>
<%/ css.tailwind %>
<%# css.bootstrap %>
      <body className="bg-dark text-light">{children}</body>
<%/ css.bootstrap %>
<%# css.none %>
      <body>{children}</body>
<%/ css.none %>
    </html>
  );
}
