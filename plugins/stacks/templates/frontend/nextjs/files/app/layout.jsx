<%# css.any %>
import './globals.css';

<%/ css.any %>
export const metadata = { title: <% title.json %> };

export default function Layout({ children }) {
  return (
    <html lang="en"<%# css.bootstrap %> data-bs-theme="dark"<%/ css.bootstrap %>>
<%# css.tailwind %>
      <body className="min-h-screen bg-slate-900 text-slate-100 antialiased">{children}</body>
<%/ css.tailwind %>
<%^ css.tailwind %>
      <body>{children}</body>
<%/ css.tailwind %>
    </html>
  );
}
