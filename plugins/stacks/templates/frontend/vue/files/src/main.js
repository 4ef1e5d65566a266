import { createApp } from 'vue';
import App from './App.vue';
<%# css.any %>
import './style.css';
<%/ css.any %>

createApp(App).mount('#app');
