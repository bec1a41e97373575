import { mount } from 'svelte';
import App from './App.svelte';
import './style/tokens.css';
import './style/shell.css';
import './style/explore.css';
import './style/overview.css';
import './style/pages.css';
import './style/phone.css';

mount(App, { target: document.getElementById('app')! });
