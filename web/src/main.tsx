import './ui/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { prepareTexts } from './texts';
import { applyAppearance } from './ui/appearance';

applyAppearance();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
void prepareTexts().then(() => createRoot(root).render(<App />));
