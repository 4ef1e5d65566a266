import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import App from './App.jsx';
<%# css.any %>
import './style.css';
<%/ css.any %>

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
