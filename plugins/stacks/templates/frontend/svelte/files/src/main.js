import { mount } from 'svelte';
import App from './App.svelte';
<%# css.any %>
import './style.css';
<%/ css.any %>

export default mount(App, { target: document.getElementById('app') });
